from faceplate.train import run, score


def test_a_little_training_beats_doing_nothing(tiny, tmp_path):
    recipe = tiny(50, rate=0.02)
    measured = score(run(recipe, tmp_path / "run"), recipe, views=4)
    assert measured.l1 < measured.l1_identity
    assert measured.psnr_db > measured.psnr_identity_db
    assert measured.outside_l1 < 0.05


def test_an_untrained_network_scores_what_doing_nothing_scores(tiny, tmp_path):
    recipe = tiny(1, rate=0.0)
    measured = score(run(recipe, tmp_path / "run"), recipe, views=3)
    assert measured.l1 == measured.l1_identity
    assert measured.psnr_db == measured.psnr_identity_db
    assert measured.outside_l1 == 0
