"""The solver says nothing on the output, whatever its version."""

import ctypes
import os
import subprocess
import sys

import pytest

from derbes.lp.highs import without_output


@pytest.mark.skipif(os.name == "nt", reason="the C library has another name there")
def test_what_compiled_code_prints_does_not_reach_the_output(capfd):
    library = ctypes.CDLL(None)
    print("before")  # noqa: T201
    with without_output():
        library.puts(b"Running the solver")
    print("after")  # noqa: T201
    library.puts(b"behind")
    library.fflush(None)
    sys.stdout.flush()
    assert sorted(capfd.readouterr().out.split()) == ["after", "before", "behind"]


def test_a_closed_output_is_no_error():
    code = (
        "import os; os.close(1)\n"
        "from derbes.lp.highs import without_output\n"
        "with without_output(): pass"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
