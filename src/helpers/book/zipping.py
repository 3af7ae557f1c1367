"""A folder as one zip, whose bytes depend on nothing but the content of the folder."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from helpers.book.replacing import write_file

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_UNIX = 3


def zip_folder(folder: Path, place: Path) -> None:
    """Write a zip in which everything lies below one folder of the same name.

    Parameters
    ----------
    folder
        What is packed, files in the order of their names.
    place
        The zip. It is replaced in one step.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        files = (path for path in folder.rglob("*") if path.is_file())
        names = {path.relative_to(folder).as_posix(): path for path in files}
        for name in sorted(names):
            entry = zipfile.ZipInfo(f"{place.stem}/{name}", date_time=_FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            entry.create_system = _UNIX  # the same wherever it is packed
            archive.writestr(entry, names[name].read_bytes())
    write_file(place, packed.getvalue())
