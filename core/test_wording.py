from core.wording import spoken_size, spoken_time


def test_sizes_of_files_are_said_in_the_unit_that_leaves_digits():
    assert [spoken_size(n) for n in (0, 999, 1234, 999_000, 26_100_000)] == [
        *("0 bytes", "999 bytes", "1.2 kB", "999.0 kB", "26.1 MB")
    ]


def test_times_are_said_as_people_say_them():
    assert [spoken_time(s) for s in (-1, 0.4, 59.4, 60, 125, 3599, 3600, 11400)] == [
        *("0 s", "0 s", "59 s", "1 min 0 s", "2 min 5 s"),
        *("59 min 59 s", "1 h 0 min", "3 h 10 min"),
    ]
