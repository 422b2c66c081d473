from core.wording import (
    is_plain,
    listed,
    numbered,
    plain,
    rough_time,
    short_time,
    spoken_memory,
    spoken_size,
    spoken_time,
    times_as_long,
)


def test_sizes_of_files_are_said_in_the_unit_that_leaves_digits():
    assert [spoken_size(n) for n in (0, 999, 1234, 999_000, 26_100_000)] == [
        *("0 bytes", "999 bytes", "1.2 kB", "999.0 kB", "26.1 MB")
    ]


def test_memory_is_said_roughly():
    assert [spoken_memory(n) for n in (11_300_000, 999e6, 1.24e9, 61e9)] == [
        *("11 MB", "999 MB", "1.2 GB", "61 GB")
    ]


def test_times_are_said_as_people_say_them():
    assert [spoken_time(s) for s in (-1, 0.4, 59.4, 60, 125, 3599, 3600, 11400)] == [
        *("0 s", "0 s", "59 s", "1 min 0 s", "2 min 5 s"),
        *("59 min 59 s", "1 h 0 min", "3 h 10 min"),
    ]


def test_short_times_have_their_unit():
    said = [short_time(s) for s in (2e-6, 151e-6, 999.7e-6, 2.34e-3, 9.96e-3, 0.87, 5.678)]
    assert said == ["2 µs", "151 µs", "1.0 ms", "2.3 ms", "10 ms", "870 ms", "5.7 s"]


def test_what_takes_a_little_longer_is_not_said_to_be_the_same():
    assert times_as_long(151e-6, 124e-6) == "1.2 x"
    said = [times_as_long(each, 1.0) for each in (1, 1.04, 9.94, 9.96, 87.4, 1240)]
    assert said == ["1.0 x", "1.0 x", "9.9 x", "10 x", "87 x", "1,240 x"]


def test_words_are_joined_as_in_a_sentence():
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_names_that_several_have_are_numbered():
    assert numbered(["conv", "relu", "conv"]) == ["conv 1", "relu", "conv 2"]


def test_a_rough_time_has_one_unit():
    times = 0, 14, 50, 55, 60, 100, 3000, 5399, 5400, 3600 * 30
    assert [rough_time(seconds) for seconds in times] == [
        *("10 seconds", "10 seconds", "50 seconds", "1 minute", "1 minute", "2 minutes"),
        *("50 minutes", "90 minutes", "2 hours", "30 hours"),
    ]


def test_a_text_is_plain_when_it_can_draw_and_link_nothing():
    assert all(map(is_plain, ("cat", "Katze & Hund (groß), 12 %", "")))
    assert not any(map(is_plain, ("![](http://x)", "<b>", "`x`", "a\nb", "a\\b")))


def test_names_are_made_plain():
    for name in ("![x](https:a.b)", "<b>", "`a`", "a\\b", "Überkatze [1]"):
        assert not is_plain(name) and is_plain(plain(name)) and len(plain(name)) == len(name)
    assert plain("cats & (dogs)") == "cats & (dogs)"
    assert plain("![x](https:a.b)") == "!_x_(https:a.b)"
