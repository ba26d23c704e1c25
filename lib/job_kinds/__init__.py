"""Every kind of job, one file each: a module here that defines a `JobKind` is found by `all_kinds`."""

import importlib
import pkgutil

from lib.jobs.kind import JobKind, JobKinds


def all_kinds() -> JobKinds:
    """The kinds defined in this folder's modules."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)
    ]
    return JobKinds(
        *(value for module in modules for value in vars(module).values() if isinstance(value, JobKind))
    )
