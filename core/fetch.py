"""Brings the article's photos from Kaggle: ``python -m core.fetch``."""

import argparse
import sys
import time

from core.command_line import run_command
from core.config import ARTICLE_SET
from core.data.kaggle.article_set import ADDRESS, article_folder, is_here
from core.errors import DataError, GlassError
from core.runs.article_download import TOTAL_SECONDS, ArticleDownload

POLL_SECONDS = 0.2
EVERY_SECONDS = 2.0


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.fetch",
        description=f"Download the article's photos, {ADDRESS}, unless they are here: about 10,000 "
        f"photos. core.train --data {ARTICLE_SET} does the same before it trains.",
        epilog="Exit code: 0 they are here, 1 the download ended before that. Ctrl-C stops it; the "
        "next one goes on from there.",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=TOTAL_SECONDS,
        help="how long the download may take in all (default: %(default)g)",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Bring the photos; return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        bring_article_set(options.seconds)
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"The article's photos are here: {article_folder()}")
    return 0


def bring_article_set(seconds: float = TOTAL_SECONDS) -> None:
    """Return when the photos are here, and print how far they are; ``DataError`` says why not."""
    if is_here():
        return
    print(f"The article's photos come from {ADDRESS}", flush=True)
    download = ArticleDownload()
    download.start(seconds)
    said, said_at = "", 0.0
    try:
        while (now := download.look()).running:
            if now.message != said and time.monotonic() - said_at > EVERY_SECONDS:
                said, said_at = now.message, time.monotonic()
                print(said, flush=True)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        download.stop()
        raise
    if now.failed:
        raise DataError(now.message)


if __name__ == "__main__":
    sys.exit(run_command(main))
