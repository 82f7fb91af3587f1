"""How long a supply holds, how much leverage a seller has, and when it ends.

The public verbs are in `derbes.api`:

    from derbes import api

    case = api.read_case("cases/waterworks.yaml")
    api.leverage(case)
"""

from derbes.language import use_language
from derbes.version import VERSION

__version__ = VERSION

__all__ = ["__version__", "use_language"]
