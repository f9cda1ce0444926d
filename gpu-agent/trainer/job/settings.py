"""A job's settings, parsed strictly: an error names the setting, its value and what to use instead."""

from typing import Any

from pydantic import BaseModel, ValidationError

from job.error import JobError, refuse
from job.generated import CONFIGS, RULES, Config, FolderModel, HubModel, Kind
from job.rule import show

SOURCES: dict[str, type[BaseModel]] = {"hub": HubModel, "folder": FolderModel}


def parse_config(kind: Kind, raw: Any) -> Config:
    """The settings of a run with the defaults of what is left out; raises `JobError` with code `bad_job`."""
    if not isinstance(raw, dict):
        raise refuse(f"config is {show(raw)}.", "Use an object; {} takes every default.")
    refuse_null(kind, raw)
    try:
        config = CONFIGS[kind].model_validate(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        raise explain_setting(kind, raw, error) from None
    values = config.model_dump(by_alias=True)
    for rule in RULES[kind]:
        if rule.is_broken(values):
            raise refuse(rule.sentence(values), rule.remedy)
    return config


def refuse_null(kind: Kind, raw: dict[str, Any]) -> None:
    """Only in Python is None a value of a setting that may be left out."""
    allowed = {field.alias: field.description for field in CONFIGS[kind].model_fields.values()}
    for name, value in raw.items():
        if value is None:
            raise refuse(f"config.{name} is null.", allowed.get(name) or "Remove it.")
        if isinstance(value, dict) and None in value.values():
            raise refuse(f"config.{name} is {show(value)}.", "Leave out what is null.")


def explain_setting(kind: Kind, raw: dict[str, Any], error: ValidationError) -> JobError:
    """The first fault that pydantic found, as a sentence."""
    first = error.errors()[0]
    place = list(first["loc"])
    model: type[BaseModel] = CONFIGS[kind]
    path, value = "config", raw
    if place[0] == "base" and len(place) > 2:
        model, path, value = SOURCES[str(place[1])], "config.base", raw["base"]
        place = place[2:]
    name = str(place[0])
    known = {field.alias: field.description for field in model.model_fields.values()}
    if first["type"] == "extra_forbidden":
        what = f"a setting of {kind} runs" if path == "config" else "a part of it"
        return refuse(
            f"{path}.{name} is not {what}.", f"Use one of {', '.join(sorted(filter(None, known)))}."
        )
    if first["type"] == "missing":
        return refuse(f"{path}.{name} is missing.", known.get(name) or "Add it.")
    return refuse(f"{path}.{name} is {show(value.get(name))}.", known.get(name) or "Remove it.")
