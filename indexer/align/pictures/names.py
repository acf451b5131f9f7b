"""Words for the classes of photo sets, whose folder names are not always what a person would type."""

from __future__ import annotations

from indexer.align.captions import clean

_CALTECH = {
    "Faces": ("face", "human face"),
    "Faces_easy": ("face", "human face"),
    "Leopards": ("leopard",),
    "Motorbikes": ("motorbike", "motorcycle"),
    "airplanes": ("airplane", "jet airliner"),
    "bass": ("bass fish", "fish"),
    "brontosaurus": ("brontosaurus", "dinosaur"),
    "buddha": ("buddha statue", "statue"),
    "car_side": ("car", "side view of a car"),
    "cellphone": ("cell phone", "mobile phone"),
    "cougar_body": ("cougar", "puma"),
    "cougar_face": ("cougar", "face of a cougar"),
    "crocodile_head": ("crocodile", "head of a crocodile"),
    "dalmatian": ("dalmatian", "dog"),
    "dollar_bill": ("dollar bill", "banknote"),
    "ewer": ("ewer", "jug"),
    "ferry": ("ferry", "ship"),
    "flamingo_head": ("flamingo", "head of a flamingo"),
    "garfield": ("garfield", "cartoon cat"),
    "gerenuk": ("gerenuk", "antelope"),
    "hawksbill": ("hawksbill turtle", "sea turtle"),
    "ketch": ("ketch", "sailing boat"),
    "nautilus": ("nautilus", "nautilus shell"),
    "okapi": ("okapi",),
    "rooster": ("rooster", "chicken"),
    "schooner": ("schooner", "sailing ship"),
    "snoopy": ("snoopy", "cartoon dog"),
    "stegosaurus": ("stegosaurus", "dinosaur"),
    "stop_sign": ("stop sign", "traffic sign"),
    "tick": ("tick", "mite"),
    "water_lilly": ("water lily", "flower"),
    "wild_cat": ("wildcat", "cat"),
    "windsor_chair": ("windsor chair", "chair"),
    "yin_yang": ("yin yang symbol", "yin yang"),
}
_CLOTHING = {
    "longsleeve": ("long sleeve shirt", "sweater"),
    "outwear": ("jacket", "coat"),
    "pants": ("trousers", "pants"),
    "shoes": ("shoe", "pair of shoes"),
    "t-shirt": ("t-shirt",),
}
_FRUIT = {
    "apple": ("Golden-Delicious", "Granny-Smith", "Pink-Lady", "Red-Delicious", "Royal-Gala"),
    "pear": ("Anjou", "Conference", "Kaiser"),
    "mandarin": ("Satsumas",),
    "melon": ("Cantaloupe", "Galia-Melon", "Honeydew-Melon"),
    "tomato": ("Beef-Tomato", "Regular-Tomato", "Vine-Tomato"),
    "mushroom": ("Brown-Cap-Mushroom",),
    "potato": ("Floury-Potato", "Solid-Potato"),
    "bell pepper": ("Green-Bell-Pepper", "Orange-Bell-Pepper", "Red-Bell-Pepper", "Yellow-Bell-Pepper"),
    "onion": ("Yellow-Onion",),
    "beet": ("Red-Beet",),
    "carrot": ("Carrots",),
    "grapefruit": ("Red-Grapefruit",),
}
_VARIETY = {variety: fruit for fruit, varieties in _FRUIT.items() for variety in varieties}
_CARTONS = ("milk", "juice", "yoghurt", "soyghurt", "oatghurt", "cream")


def photo_captions(dataset: str, name: str) -> tuple[str, ...]:
    """Phrases for a class of a photo set, the most common name first.

    >>> photo_captions("caltech101", "car_side")
    ('car', 'side view of a car')
    """
    if dataset.startswith("grocery"):
        return _grocery(name)
    special = {"caltech101": _CALTECH, "clothing": _CLOTHING}.get(dataset, {})
    return special.get(name) or (clean(name.replace("-", " ")),)


def _grocery(name: str) -> tuple[str, ...]:
    product = clean(name)
    carton = next((word for word in _CARTONS if word in product.split()), None)
    if name.startswith("Tropicana"):
        carton = "juice"
    if carton:
        return f"{carton} carton", f"carton of {carton}", product
    common = _VARIETY.get(name)
    if common is None:
        return (product,)
    return common, product if common in product else f"{product} {common}"
