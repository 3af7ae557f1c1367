import doctest
import importlib
import pkgutil

import pytest

from helpers import methods


def with_examples():
    names = [m.name for m in pkgutil.iter_modules(methods.__path__, "helpers.methods.")]
    modules = [importlib.import_module(name) for name in names]
    finder = doctest.DocTestFinder()
    return [m for m in modules if any(test.examples for test in finder.find(m))]


@pytest.mark.parametrize("module", with_examples(), ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_right(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_the_mmrm_has_an_example():
    assert "helpers.methods.mixed_models" in [module.__name__ for module in with_examples()]
