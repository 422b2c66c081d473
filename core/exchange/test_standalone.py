import base64
import re

import pytest

from core.exchange.standalone import Component, folded, paragraph, standalone_page

VIEW = "export default ({ data, parentElement }) => { parentElement.lastChild.data = data; };\n"
PART = Component("<p class='a'></p>", "p { color: red; }", VIEW, b"\x00\xff</script>")


def test_a_component_is_in_the_file_as_it_is_on_the_page():
    html = standalone_page("A & B", [paragraph("1 < 2"), PART, folded("code", "x < y")])
    assert "<title>A &amp; B</title>" in html and "<p>1 &lt; 2</p>" in html
    assert '<div id="part-1"></div>' in html and "x &lt; y" in html
    assert "const view = ({ data, parentElement })" in html and "export default" not in html
    assert base64.b64encode(PART.data).decode() in html
    assert "default-src 'none'" in html and "http" not in html.replace("http-equiv", "")


def test_nothing_in_a_component_ends_the_script():
    js = "const text = '</script><!-- ';\n" + VIEW
    html = standalone_page("A", [Component("<b></script></b>", "", js, b"")])
    assert len(re.findall("</script", html)) == 1 and "<!-- " not in html


@pytest.mark.parametrize("js", ["", VIEW + VIEW])
def test_a_script_without_one_view_is_a_mistake(js):
    with pytest.raises(ValueError, match="as the default, once"):
        standalone_page("A", [Component("", "", js, b"")])
