"""A page takes as long as it takes, however deep the server calls it."""

import resource

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from cs_platform.runtime.requests import ForwardedMiddleware

CALLS = 300  # of a piece that calls two more, as a row of a list does
DEPTHS = range(120)  # more frames than a chunk of 16 kB holds


def piece(deeper=2):
    return piece(deeper - 1) if deeper else None


def draw(_request=None):
    for _ in range(CALLS):
        piece()
    return HttpResponse()


def called_at(depth, function):
    return function() if depth == 0 else called_at(depth - 1, function)


def most_page_faults(function):
    """Of all depths; the first call of each touches what it needs."""

    def faults(depth):
        called_at(depth, function)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        called_at(depth, function)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    return max(faults(depth) for depth in DEPTHS)


def test_no_depth_makes_each_call_of_a_page_map_memory():
    if most_page_faults(draw) < CALLS:
        pytest.skip("this Python keeps a chunk for the next call")
    outermost, request = ForwardedMiddleware(draw), RequestFactory().get("/today/")
    assert most_page_faults(lambda: outermost(request)) < CALLS / 10
