"""Word lists of the company: names, places, goods and what people say. No logic, nothing about time or chance.

Any six names that follow each other in `FIRST_NAMES` (read as a ring) differ in their initial, so that the members
of one household or one organisation never share a name.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST_NAMES = (
    "Anna", "Benjamin", "Clara", "David", "Elena", "Felix", "Greta", "Henrik", "Ida", "Jonas", "Katharina", "Lukas",
    "Maria", "Niklas", "Olivia", "Paul", "Rosa", "Stefan", "Theresa", "Ulrich", "Veronika", "William",
    "Alexander", "Birgit", "Christopher", "Daniela", "Emil", "Franziska", "Gregor", "Hannah", "Igor", "Julia", "Karl", "Leonie",
    "Michael", "Nora", "Oskar", "Petra", "Robert", "Sophie", "Thomas", "Ursula", "Viktor", "Wilma",
    "Andrea", "Bernd", "Charlotte", "Dominik", "Elizabeth", "Florian", "Gabriele", "Heiko", "Ingrid", "Jürgen", "Kerstin", "Leopold",
    "Margaret", "Nathaniel", "Ottilie", "Patrick", "Renate", "Samuel", "Tanja", "Urs", "Vanessa", "Werner",
)  # fmt: skip
JAPANESE_FIRST_NAMES = (
    "Aiko", "Botan", "Chiyo", "Daichi", "Emiko", "Fumio", "Goro", "Haruka", "Isamu", "Jiro", "Kaori", "Mei",
    "Naoki", "Osamu", "Reiko", "Sakura", "Takumi", "Umeko", "Wataru", "Yuki",
)  # fmt: skip
LAST_NAMES = (
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Schäfer", "Koch",
    "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hofmann", "Hartmann",
    "Lange", "Schmitt", "Werner", "Krause", "Meier", "Lehmann", "Köhler", "Maier", "König", "Walter", "Huber", "Kaiser",
    "Fuchs", "Peters", "Lang", "Scholz", "Möller", "Weiß", "Jung", "Hahn", "Schubert", "Vogel", "Friedrich", "Keller",
    "Günther", "Frank", "Berger", "Winkler", "Roth", "Beck", "Lorenz", "Baumann", "Franke", "Albrecht", "Schuster", "Simon",
    "Ludwig", "Böhm", "Winter", "Kraus", "Martin", "Schumacher", "Krämer", "Vogt", "Stein", "Jäger", "Otto", "Sommer",
    "Groß", "Seidel", "Heinrich", "Brandt", "Haas", "Schreiber", "Graf", "Dietrich", "Ziegler", "Kuhn", "Kühn", "Pohl",
    "Engel", "Horn", "Busch", "Bergmann", "Voigt", "Sauer", "Arnold", "Wolff", "Pfeiffer", "Novak", "Rossi", "Petrov",
    "Smith", "Johnson", "Brown", "Taylor", "Wilson", "Davies", "Evans", "Walker", "Thompson", "Wright", "Hughes", "Edwards",
)  # fmt: skip
JAPANESE_LAST_NAMES = (
    "Sato",
    "Suzuki",
    "Takahashi",
    "Tanaka",
    "Watanabe",
    "Ito",
    "Yamamoto",
    "Nakamura",
    "Kobayashi",
    "Kato",
    "Yoshida",
    "Yamada",
)
NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "Elizabeth": "Liz", "Michael": "Mike", "Thomas": "Tom", "Benjamin": "Ben",
    "Christopher": "Chris", "Alexander": "Alex", "Katharina": "Kathi", "Margaret": "Maggie", "Samuel": "Sam", "Patrick": "Pat",
    "David": "Dave", "Nathaniel": "Nate", "Theresa": "Tess", "Gabriele": "Gabi", "Franziska": "Franzi",
}  # fmt: skip
CITIES = {
    "DE": (
        ("Berlin", "10115"),
        ("Hamburg", "20095"),
        ("Köln", "50667"),
        ("Leipzig", "04109"),
        ("München", "80331"),
        ("Dresden", "01067"),
    ),
    "AT": (("Wien", "1010"), ("Graz", "8010"), ("Linz", "4020")),
    "US": (("Portland", "97201"), ("Austin", "78701"), ("Denver", "80202")),
    "GB": (("London", "SW1A 1AA"), ("Leeds", "LS1 1UR"), ("Bristol", "BS1 4DJ")),
    "JP": (("Tokyo", "100-0001"), ("Osaka", "530-0001")),
}
STREETS = (
    "Lindenweg",
    "Hauptstraße",
    "Gartenstraße",
    "Bergallee",
    "Mill Lane",
    "Station Road",
    "Oak Avenue",
    "Am Markt",
    "Seestraße",
)
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example.net", "post.example.org")
ORGANISATIONS = (
    "Nordwerk",
    "Lichtbau",
    "Hafenkontor",
    "Bergquell",
    "Rheintal",
    "Silverbrook",
    "Oakfield",
    "Steinfurt",
    "Waldhof",
    "Kranich",
)
INDUSTRIES = ("HOSPITALITY", "REAL_ESTATE", "RETAIL", "ARCHITECTURE_PLANNING", "HEALTH_WELLNESS_AND_FITNESS")
LEAD_SOURCES = (
    "ORGANIC_SEARCH",
    "PAID_SEARCH",
    "PAID_SOCIAL",
    "SOCIAL_MEDIA",
    "EMAIL_MARKETING",
    "REFERRALS",
    "DIRECT_TRAFFIC",
    "OFFLINE",
)
ITEMS = (
    ("Linen bedding set", "TEXTILE", 8900), ("Wool blanket", "TEXTILE", 6900), ("Bath towel", "TEXTILE", 1900), ("Cushion cover", "TEXTILE", 1500),
    ("Oak side table", "FURNITURE", 14900), ("Reading chair", "FURNITURE", 32900), ("Wall shelf", "FURNITURE", 5900), ("Shoe bench", "FURNITURE", 11900),
    ("Table lamp", "LIGHT", 7900), ("Floor lamp", "LIGHT", 12900), ("Paper lantern", "LIGHT", 2900), ("Candle trio", "LIGHT", 2400),
    ("Stoneware mug", "TABLE", 1400), ("Dinner plate set", "TABLE", 5400), ("Carafe", "TABLE", 2700), ("Cutlery for six", "TABLE", 7400),
    ("Cast iron pan", "KITCHEN", 5900), ("Chopping board", "KITCHEN", 3400), ("Spice jars", "KITCHEN", 2200), ("Tea kettle", "KITCHEN", 4600),
    ("Herb planter", "GARDEN", 2600), ("Watering can", "GARDEN", 2300), ("Deck chair", "GARDEN", 8400), ("Bird feeder", "GARDEN", 3100),
)  # fmt: skip
TICKET_SUBJECTS = ("Where is my parcel", "Wrong item arrived", "Question about my invoice", "Change my delivery address", "Pause my box",
                   "Damaged on arrival", "Return request", "Cannot log in", "Which size fits", "Cancel my subscription")  # fmt: skip
TICKET_TAGS = (
    "delivery",
    "wrong_item",
    "billing",
    "delivery",
    "subscription",
    "damage",
    "returns",
    "account",
    "advice",
    "cancellation",
)
PRAISE = ("Lovely quality and fast delivery.", "Everything was easy, thank you!", "The box is the best part of my month.",
          "Friendly support, solved in minutes.", "Ich bin sehr zufrieden, gerne wieder.")  # fmt: skip
SHRUGS = (
    "It is fine.",
    "Good, but a little expensive.",
    "Delivery took a while.",
    "Ganz in Ordnung.",
    "Nothing special this time.",
)
COMPLAINTS = ("The parcel arrived late and damaged.", "Nobody answered me for days.", "The site was down all week, I could not order.",
              "I was charged twice and had to call three times.", "Leider sehr enttäuscht.")  # fmt: skip
PAGE_TYPES = ("twitter", "twitter", "instagram", "forum", "blog", "news", "review")


def sql_words() -> dict[str, str]:
    """Every list above as a DuckDB literal, by its lower-case name; towns and goods become structs."""
    words = {name: _literal(value) for name, value in _LISTS.items()}
    cities = {country: [{"name": name, "code": code} for name, code in towns] for country, towns in CITIES.items()}
    goods = [{"name": name, "category": category, "price": price} for name, category, price in ITEMS]
    return words | {"cities": _map(cities), "nicknames": _map(NICKNAMES), "items": _literal(goods)}


_LISTS: dict[str, tuple[str, ...]] = {
    "first_names": FIRST_NAMES, "japanese_first_names": JAPANESE_FIRST_NAMES, "last_names": LAST_NAMES, "japanese_last_names": JAPANESE_LAST_NAMES,
    "streets": STREETS, "mail_hosts": MAIL_HOSTS, "organisations": ORGANISATIONS, "industries": INDUSTRIES, "lead_sources": LEAD_SOURCES,
    "ticket_subjects": TICKET_SUBJECTS, "ticket_tags": TICKET_TAGS, "praise": PRAISE, "shrugs": SHRUGS, "complaints": COMPLAINTS,
    "page_types": PAGE_TYPES,
}  # fmt: skip


def _literal(value: object) -> str:
    """A Python value as a DuckDB literal: text, whole numbers, lists and structs."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}': {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _map(value: Mapping[str, object]) -> str:
    return "map {" + ", ".join(f"'{key}': {_literal(item)}" for key, item in value.items()) + "}"
