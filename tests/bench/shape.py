"""The shape of the measured location: thirty services, twenty specialists or two hundred, chairs. Nothing of Django."""

SERVICES = 30
ON_A_CHAIR = range(20, 30)
"""Numbers of the services that need a workplace."""
FOR_ALL = 0
"""The number of the service that everybody performs and that needs no workplace: half an hour, no break."""
ONE_IN = 3
"""Of the other services everybody performs every third."""
WORKING_WEEK = range(6)
"""Closed on Sundays; everybody has one weekday off besides."""


def slug_of(specialists: int) -> str:
    return f"bench-{specialists}"


def day_off(number: int) -> int:
    return number % len(WORKING_WEEK)


def skills_of(number: int) -> list[int]:
    """The services that the specialist of that number performs."""
    return [skill for skill in range(SERVICES) if skill == FOR_ALL or (skill + number) % ONE_IN == 0]


def performers(skill: int, specialists: int) -> int:
    """How many of so many ``specialists`` perform the service of that number."""
    return sum(skill in skills_of(number) for number in range(specialists))
