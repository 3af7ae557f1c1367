from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image

from helpers.book.page_images import image_size, with_sized_images
from helpers.book.site_pages import Page, Site

SVG = '<?xml version="1.0"?>\n<svg\n width="352.8pt" height="266.4pt" viewBox="0 0 352.8 266.4">'


def test_reads_the_size_of_a_picture(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no picture")
    assert image_size(tmp_path / "a.png") == (30, 20)
    assert image_size(tmp_path / "b.png") is None


def test_images_leave_room_and_wait_for_their_turn(tmp_path: Path) -> None:
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text(SVG)
    text = (
        '<header><img src="../_images/a.svg"></header><main><img src="../_images/a.svg?v=1">'
        '<img src="../_images/a.svg"><img src="data:image/png;base64,xx"></main>'
    )
    soup = BeautifulSoup(text, "html.parser")
    with_sized_images(soup, Page(Site(tmp_path, "tiny"), "chapters/a.html"))
    _, first, second, third = soup.find_all("img")
    assert (first["width"], first["height"]) == ("470", "355")
    assert (first["loading"], first["fetchpriority"]) == ("eager", "high")
    assert (second["width"], second["loading"]) == ("470", "lazy")
    assert not second.has_attr("fetchpriority")
    assert not third.has_attr("width")
    assert {str(each["decoding"]) for each in (first, second, third)} == {"async"}
