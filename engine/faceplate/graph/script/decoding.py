import codecs


def decode_script(data: bytes) -> str:
    """The text of a script file: UTF-8, else GB18030, else Latin-1; line ends become one newline.

    A byte order mark and NUL bytes are dropped. Lone carriage returns stay: they may stand inside a value.
    """
    text = _decoded(data.removeprefix(codecs.BOM_UTF8))
    return text.replace("\r\n", "\n").replace("\0", "")


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
