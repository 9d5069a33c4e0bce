"""Types behind which nothing stands."""

from __future__ import annotations

from dataclasses import dataclass

from ..resource import Made, Place, Properties, ResourceType


@dataclass(frozen=True)
class Nothing:
    """A resource that only occupies a name in the template."""

    name: str
    name_property: str | None = None

    def replaces(self, old: Properties, new: Properties) -> bool:
        return False

    def create(self, properties: Properties, place: Place) -> Made:
        return Made(place.generated_name())

    def update(self, made: Made, old: Properties, new: Properties, place: Place) -> Made:
        return made

    def delete(self, made: Made, properties: Properties, place: Place) -> None:
        """Nothing to delete."""


TYPES: tuple[ResourceType, ...] = (
    Nothing("AWS::CDK::Metadata"),
    Nothing("AWS::CloudFormation::WaitConditionHandle"),
)
