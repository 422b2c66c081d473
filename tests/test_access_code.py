"""Whatever changes a run goes through the one place that asks who wants it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHANGES = {
    *("send", "set_learning_rate", "rename", "delete", "extend", "set_budget", "start"),
    *("look_for_photos_in", "create_run", "keep_upload", "write_status", "rmtree", "unlink"),
}
"""What is done to runs, and to what visitors brought."""
ASKING = ("changing(run)", "changing_boxes(")
ALLOWED = {
    ("article_photos.py", "download.start()"),  # offered to whoever sits at the server alone
    ("weight_file.py", "kept.delete()"),  # asked for one line above: test_access_page.py
    ("model_choice.py", "timer.start()"),
    ("surveys.py", "survey.start()"),  # looking, which is for all
    ("silent_channels.py", "survey.start()"),
}


def calls(path: Path) -> list[str]:
    """Return the calls in a page's code that change something, as they are written."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in CHANGES:
                found.append(ast.unparse(node))
    return found


def test_pages_change_runs_only_for_those_who_may():
    seen, wrong = 0, []
    for path in (ROOT / "pages").rglob("*.py"):
        for call in calls(path):
            seen += 1
            asked = any(asking in call for asking in ASKING)
            if not asked and (path.name, call) not in ALLOWED:
                wrong.append(f"{path.relative_to(ROOT)}: {call}")
    assert seen >= 6
    assert not wrong, "\n".join(wrong)
