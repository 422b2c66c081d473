"""Puts the report of a run together."""

import datetime

from core.architecture.library import name_of
from core.data import Data, DataRequest, load_data
from core.errors import DataError, ExchangeError, RunError
from core.exchange.report.charts import chart
from core.exchange.report.curves import calibration_chart, curve_charts, verdict_sentence
from core.exchange.report.page import figures, page, paragraph, section, table, text
from core.exchange.report.photos import confusion_section, mistakes_section, test_photos
from core.exchange.report.recipe import network_section, recipe_section
from core.exchange.run_files import photos_folder_name
from core.networks.calibration import Certainty
from core.runs.diagnosis import diagnosis_of
from core.runs.photos_elsewhere import missing_photos
from core.runs.predictions import Predictions, predicted_epochs
from core.runs.run import Run
from core.wording import percent, spoken_time


def report_html(run: Run, epoch: int | None = None, data: Data | None = None) -> str:
    """Write what a run came to, after ``epoch`` or the newest whose weights and answers are kept.

    ``data`` are its photos where they are loaded already; where they cannot be, the report says so
    and has everything else. ``ExchangeError`` before the first epoch, ``ModelError`` for an epoch
    that is not kept.
    """
    answers = answers_to_report(run, epoch)
    gone = ""
    if data is None:
        try:
            data = load_data(DataRequest.of(run.config))
        except DataError as error:
            why = missing_photos(run) or without_path(str(error), run)
            gone = f"The photos are not in this report. {why}"
    classifier = run.classifier(answers.epoch)
    photos = test_photos(data)
    made = datetime.datetime.now().astimezone()
    body = [
        f"<h1>{text(run.name)}</h1>",
        paragraph(verdict_sentence(run)),
        head_figures(run, answers),
        curves_section(run),
        confusion_section(answers, photos, gone),
        mistakes_section(answers, photos, classifier),
        certainty_section(answers, classifier.certainty),
        recipe_section(run),
        network_section(run.config),
        made_section(run),
        f"<footer>{paragraph(f'Written by Glass CNN on {said(made)}.', note=True)}</footer>",
    ]
    return page(f"{run.name}: report of a training", "\n".join(part for part in body if part))


def answers_to_report(run: Run, epoch: int | None) -> Predictions:
    """Return the answers of an epoch whose weights are kept."""
    if epoch is None:
        both = set(predicted_epochs(run.path)) & set(run.checkpoints.epochs())
        if not both:
            raise ExchangeError(
                f"The run {run.name} has nothing to report before the end of its first epoch."
            )
        epoch = max(both)
    try:
        return run.test_predictions(epoch)
    except RunError as error:
        raise ExchangeError(f"{error} A report needs them.") from error


def without_path(sentence: str, run: Run) -> str:
    """Say a sentence about a folder of photos without where on this computer it lies."""
    return sentence.replace(run.config.data, photos_folder_name(run.config.data))


def head_figures(run: Run, answers: Predictions) -> str:
    """Draw the figures that people ask for first."""
    epochs = run.log.epochs()
    done = next((each for each in epochs if each.epoch == answers.epoch), None)
    values = {
        "Network": name_of(run.config.model),
        "Epochs done": f"{len(epochs)} of {run.config.epochs}",
        "Test photos": f"{len(answers.labels):,}",
    }
    if done is not None:
        values |= {
            f"Test accuracy, epoch {done.epoch}": percent(done.test_accuracy),
            "Test loss": f"{done.test_loss:.3f}",
            "Train accuracy": percent(done.train_accuracy),
        }
    if epochs:
        best = max(epochs, key=lambda each: each.test_accuracy)
        values["Best test accuracy"] = f"{percent(best.test_accuracy)}, epoch {best.epoch}"
        values["Time to train"] = spoken_time(sum(each.seconds for each in epochs))
    return figures(values)


def curves_section(run: Run) -> str:
    """Draw the curves, and what was found in the layers."""
    inside = diagnosis_of(run)
    return section(
        "How it learnt",
        f'<div class="charts">{"".join(chart(each) for each in curve_charts(run))}</div>',
        paragraph(f"Inside: {' '.join(inside.sentences)}") if inside else "",
    )


def certainty_section(answers: Predictions, certainty: Certainty | None) -> str:
    """Say how far the certainty of the answers can be believed; nothing where it is not known."""
    if certainty is None:
        return ""
    band = certainty.band
    right = "" if band.right is None else f", of which {percent(band.right)} are right"
    reached = (
        f"From a certainty of {percent(band.certainty)} on, {percent(band.answered)} of the "
        f"{band.photos:,} test photos are answered{right}."
        if band.reached
        else f"These test photos do not show a certainty above which {percent(band.target)} of the "
        "answers are right, so that certainty itself is asked for."
    )
    return section(
        "How far its certainty can be believed",
        paragraph(reached),
        paragraph(
            f"Its logits are divided by a temperature of {certainty.temperature:.2f}. Certainty "
            f"and truth differ by {percent(certainty.error)} on average, and by "
            f"{percent(certainty.error_before)} without the temperature."
        ),
        f'<div class="charts">{chart(calibration_chart(answers))}</div>',
    )


def made_section(run: Run) -> str:
    """Say what made the run, and when."""
    record = run.record
    rows = [("begun", begun(run))]
    rows += [
        (name, str(record[name]["why"]))
        for name in ("numbers", "device")
        if isinstance(record.get(name), dict) and "why" in record[name]
    ]
    rows += [("threads", str(record["threads"]))] if "threads" in record else []
    rows += [(name, str(version)) for name, version in record.get("versions", {}).items()]
    if "taken_in" in record:
        rows.append(("taken in from elsewhere", str(record["taken_in"].get("at", ""))))
    return section("What made it, and when", table((), rows))


def begun(run: Run) -> str:
    """Say when a run was begun."""
    try:
        return said(datetime.datetime.fromisoformat(run.created))
    except ValueError:
        return "not known"


def said(time: datetime.datetime) -> str:
    """Say a moment: "24 November 2026, 14:03"."""
    return f"{time.day} {time:%B %Y, %H:%M}"
