"""The long tests of the suite first, on all runners."""

from dataclasses import dataclass, field

from tests.spreading import spread


@dataclass
class Mark:
    kwargs: dict = field(default_factory=dict)


@dataclass
class Item:
    nodeid: str
    fixturenames: tuple[str, ...] = ()
    keywords: dict = field(default_factory=dict)

    def get_closest_marker(self, name: str):
        return self.keywords.get(name)


def module(name: str, *, tests: int, fixture: str = "", **keywords) -> list[Item]:
    return [Item(f"{name}.py::test_{n}", (fixture,), keywords) for n in range(tests)]


def names(tests: list[Item]) -> list[str]:
    return [test.nodeid.removesuffix(".py::test_0") for test in tests]


def test_each_runner_begins_with_its_share_of_the_long_modules():
    pure = [test for n in range(8) for test in module(f"pure_{n}", tests=1)]
    long = [test for n in range(4) for test in module(f"long_{n}", tests=1)]
    seconds = {"long_0.py": 60.0, "long_1.py": 30.0, "long_2.py": 20.0, "long_3.py": 9.0}
    found = names(spread([*pure, *long], runners=2, seconds=seconds))
    # 60 s on one runner and 30 + 20 + 9 s on the other; each has six of the twelve tests.
    assert [name for name in found[:6] if name.startswith("long")] == ["long_0"]
    assert [name for name in found[6:] if name.startswith("long")] == ["long_1", "long_2", "long_3"]
    assert found[0] == "long_0"
    assert found[6] == "long_1"
    assert sorted(found) == sorted(names([*pure, *long]))


def test_what_commits_comes_after_what_rolls_back_and_before_what_needs_no_database():
    commits = module("commits", tests=1, fixture="transactional_db")
    marked = module("marked", tests=1, django_db=Mark({"transaction": True}))
    rolls_back = module("rolls_back", tests=1, django_db=Mark())
    pure = module("pure", tests=1)
    seconds = {"commits.py": 9.0, "marked.py": 8.0}
    found = spread([*pure, *commits, *marked, *rolls_back], runners=1, seconds=seconds)
    assert names(found) == ["rolls_back", "commits", "marked", "pure"]


def test_a_module_that_nobody_ran_here_is_long_where_it_starts_processes():
    processes = module("processes", tests=1, faults=True)
    pure = module("pure", tests=1)
    assert names(spread([*pure, *processes], runners=1, seconds={})) == ["processes", "pure"]


def test_tests_of_a_module_stay_together_in_their_order():
    first, second = module("first", tests=3), module("second", tests=3)
    seconds = {"first.py": 20.0, "second.py": 10.0}
    found = spread([*second, *first], runners=2, seconds=seconds)
    assert [test.nodeid for test in found] == [test.nodeid for test in (*first, *second)]
