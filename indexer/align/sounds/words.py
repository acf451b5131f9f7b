"""Words for sounds: what a recording is called, and above all the thing that makes it.

A sound is asked for as the way to a shape, so "dog barking" alone would miss the dog: every class lists its thing.
"""

from __future__ import annotations

import re

from indexer.align.captions import clean

CLASSES: dict[str, tuple[str, ...]] = {
    "airplane": ("jet", "passenger plane", "an airplane flying over", "aircraft"),
    "breathing": ("a person breathing", "breath"),
    "brushing_teeth": ("toothbrush", "a toothbrush brushing teeth"),
    "can_opening": ("can", "tin can", "opening a can", "soda can"),
    "car_horn": ("car", "a car honking its horn", "horn", "automobile"),
    "cat": ("a meowing cat", "kitten", "meow"),
    "chainsaw": ("saw", "a running chainsaw", "chain saw"),
    "chirping_birds": ("bird", "birds", "a singing bird", "birdsong"),
    "church_bells": ("bell", "church", "ringing bells", "church bell"),
    "clapping": ("hands", "applause", "people clapping hands"),
    "clock_alarm": ("alarm clock", "alarm", "a beeping alarm clock", "digital clock"),
    "clock_tick": ("clock", "a ticking clock", "wall clock", "watch"),
    "coughing": ("cough", "a person coughing"),
    "cow": ("a mooing cow", "cattle", "moo"),
    "crackling_fire": ("fire", "campfire", "a burning fireplace"),
    "crickets": ("cricket", "a chirping cricket", "crickets at night"),
    "crow": ("a cawing crow", "raven", "bird"),
    "crying_baby": ("baby", "a crying baby", "infant"),
    "dog": ("dog barking", "a barking dog", "puppy"),
    "door_wood_creaks": ("door", "a creaking wooden door", "door hinge", "wooden door"),
    "door_wood_knock": ("door", "knocking on a door", "door knock", "wooden door"),
    "drinking_sipping": ("drink", "a person sipping a drink", "cup"),
    "engine": ("car engine", "motor", "a running engine", "car", "motorcycle"),
    "fireworks": ("firework", "exploding fireworks", "rocket"),
    "footsteps": ("shoes", "a person walking", "walking"),
    "frog": ("a croaking frog", "toad"),
    "glass_breaking": ("glass", "breaking glass", "a shattering bottle"),
    "hand_saw": ("saw", "sawing wood", "a hand saw cutting wood"),
    "helicopter": ("a flying helicopter", "chopper", "rotor"),
    "hen": ("chicken", "a clucking hen"),
    "insects": ("insect", "fly", "bee", "a buzzing insect"),
    "keyboard_typing": ("keyboard", "computer keyboard", "typing on a keyboard"),
    "laughing": ("laughter", "a laughing person"),
    "mouse_click": ("mouse", "computer mouse", "clicking a computer mouse"),
    "pig": ("a grunting pig", "hog"),
    "pouring_water": ("pouring water into a glass", "water", "jug"),
    "rain": ("rainfall", "falling rain", "rain drops"),
    "rooster": ("a crowing rooster", "cock", "cockerel"),
    "sea_waves": ("sea", "ocean waves", "waves on a beach"),
    "sheep": ("a bleating sheep", "lamb"),
    "siren": ("ambulance", "police car siren", "a wailing siren", "fire engine"),
    "sneezing": ("sneeze", "a sneezing person"),
    "snoring": ("a snoring person", "snore"),
    "thunderstorm": ("thunder", "thunder and rain", "storm"),
    "toilet_flush": ("toilet", "flushing a toilet"),
    "train": ("a train on rails", "railway", "locomotive"),
    "vacuum_cleaner": ("a running vacuum cleaner", "hoover"),
    "washing_machine": ("washer", "a running washing machine"),
    "water_drops": ("dripping water", "a dripping tap", "water drop", "faucet"),
    "wind": ("blowing wind", "a strong wind"),
}
"""Class -> further captions; the class's own name, with spaces, is its first."""

_HEAD = ("human head", "a human face")
THINGS: dict[str, tuple[str, ...]] = {
    "breathing": _HEAD,
    "car_horn": ("motor car", "vehicle"),
    "clapping": ("hand", "a hand"),
    "coughing": _HEAD,
    "crackling_fire": ("fireplace", "candle", "torch"),
    "crying_baby": _HEAD,
    "engine": ("car", "motorcycle"),
    "fireworks": ("rocket", "firework rocket"),
    "glass_breaking": ("glass", "bottle"),
    "laughing": _HEAD,
    "rain": ("umbrella", "rain cloud"),
    "sea_waves": ("ship", "boat"),
    "siren": ("ambulance", "fire engine"),
    "sneezing": _HEAD,
    "water_drops": ("faucet", "tap"),
}
"""Class -> the things that make its sound or go with it, where its captions name none, or may mean others; towers are
not taught these (`indexer.align.sounds.places`)."""

NAMES: dict[str, tuple[str, ...]] = {
    "belt": ("belt", "handling a belt"),
    "book": ("book", "a book"),
    "card": ("playing card", "cards"),
    "chip": ("poker chip", "gaming chips"),
    "chop": ("axe", "chopping wood"),
    "cloth": ("cloth", "rustling cloth"),
    "coins": ("coin", "coins"),
    "creak": ("creaking wood", "a creaking door"),
    "dice": ("dice", "throwing dice"),
    "door": ("door", "wooden door"),
    "footstep": ("footsteps", "a footstep"),
    "bell": ("bell", "striking a bell"),
    "glass": ("glass", "hitting a glass"),
    "metal": ("metal", "hitting metal"),
    "pot": ("pot", "cooking pot"),
    "latch": ("latch", "door latch"),
    "mining": ("pickaxe", "mining with a pickaxe"),
    "plank": ("plank", "hitting a wooden plank"),
    "plate": ("plate", "metal plate"),
    "punch": ("punch", "boxing glove"),
    "tin": ("tin can", "hitting a tin"),
    "wood": ("wood", "hitting wood"),
    "knife": ("knife", "a knife"),
    "leather": ("leather", "leather bag"),
}
"""A word in a file name -> captions that it stands for."""

_WORD = re.compile(r"[A-Z]?[a-z]+")
_NO_THING = {"light", "medium", "heavy", "impact", "generic", "soft"}


def class_captions(name: str) -> tuple[str, ...]:
    """A class folder's name -> its captions, the plain name first."""
    return _once((clean(name), *CLASSES.get(name, ())))


def name_captions(stem: str) -> tuple[str, ...]:
    """A file's name such as "impactBell_heavy_000" -> captions: its words, and what they stand for."""
    words = [word.lower() for word in _WORD.findall(stem)]
    kept = [word for word in words if word not in _NO_THING] or words
    known = [caption for word in kept for caption in NAMES.get(word.rstrip("s"), NAMES.get(word, ()))]
    return _once((*known, " ".join(kept), " ".join(words)))


def _once(captions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(captions))
