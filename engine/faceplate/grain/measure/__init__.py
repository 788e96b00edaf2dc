"""What grain a plate has: flat places found, frames compared, spectra and what is wrong with the plate."""
