"""Words of the recipe grammar: dishes, ways of cooking, sentences with slots, people, requests."""

# Dish nouns by way of cooking. None of them names an ingredient, so a title can break no rule by itself.
DISHES: dict[str, tuple[str, ...]] = {
    "stir-fry": ("Stir-Fry", "Wok Toss", "Quick Fry", "Sizzling Plate", "Wok Supper"),
    "stew": ("Stew", "Hotpot", "Casserole", "Slow Pot", "Braise"),
    "soup": ("Soup", "Clear Bowl", "Chowder", "Warming Soup", "Bisque"),
    "roast": ("Roast", "Traybake", "Oven Supper", "Roasted Platter", "Sheet-Pan Dinner"),
    "skillet": ("Skillet", "Pan Fry", "One-Pan Supper", "Hash", "Sizzle"),
    "salad": ("Salad", "Chopped Salad", "Slaw", "Cold Platter", "Garden Bowl"),
    "bowl": ("Bowl", "Lunch Bowl", "Power Bowl", "Supper Bowl", "Market Bowl"),
    "grill": ("Grill", "Skewers", "Barbecue", "Charred Plate", "Kebabs"),
    "curry": ("Curry", "Masala", "Korma", "Simmer", "Karahi"),
}
# A cuisine's own names for a dish cooked in one of those ways.
LOCAL_DISHES: dict[str, dict[str, tuple[str, ...]]] = {
    "korean": {
        "stew": ("Jjigae", "Jjim"), "stir-fry": ("Bokkeum",), "bowl": ("Bibimbap", "Deopbap"), "soup": ("Guk",),
    },
    "indian": {
        "curry": ("Curry", "Masala", "Korma", "Makhani"), "stir-fry": ("Bhuna", "Sabzi"), "grill": ("Tikka",),
    },
    "italian": {"stew": ("Stufato", "Ragout"), "skillet": ("Saltimbocca", "Piccata"), "soup": ("Minestra",)},
    "japanese": {
        "bowl": ("Donburi",), "grill": ("Yakitori", "Robata"), "soup": ("Nabe",), "stir-fry": ("Itame",),
    },
    "mexican": {
        "bowl": ("Burrito Bowl",), "skillet": ("Fajitas", "Tinga"), "soup": ("Caldo",), "stew": ("Guisado",),
    },
    "chinese": {"stir-fry": ("Chow", "Kung Pao", "Sichuan Toss"), "stew": ("Red Braise", "Clay Pot")},
    "mediterranean": {"roast": ("Briam", "Tagine"), "salad": ("Meze Salad",), "grill": ("Souvlaki",)},
    "thai": {"stir-fry": ("Pad Krapow",), "curry": ("Gaeng",), "salad": ("Larb",), "soup": ("Tom",)},
    "french": {"stew": ("Daube", "Ragout", "Fricassee"), "soup": ("Potage",), "roast": ("Gratin",)},
    "american": {"skillet": ("Jambalaya", "Hash"), "grill": ("Cookout",), "stew": ("Gumbo", "Pot Supper")},
}
# Persona words that name a region, and the cuisines of the ontology that lie in it.
REGIONS: dict[str, tuple[str, ...]] = {
    "asian": ("korean", "japanese", "chinese", "thai"),
    "latin": ("mexican",),
    "mediterranean": ("mediterranean", "italian"),
    "european": ("italian", "french", "mediterranean"),
}
# What a cuisine's cooks reach for unasked. Much of it is what somebody's rules leave out, as it is in real kitchens.
HABITS: dict[str, tuple[str, ...]] = {
    "korean": ("soy sauce", "gochugaru", "sesame oil", "white rice"),
    "indian": ("chili powder", "green chilies", "ghee", "basmati rice"),
    "italian": ("spaghetti", "all-purpose flour", "parmesan", "olive oil"),
    "japanese": ("soy sauce", "salt", "miso", "white rice"),
    "mexican": ("cheddar", "sour cream", "salsa", "corn tortillas"),
    "chinese": ("white rice", "cornstarch", "sugar", "soy sauce"),
    "mediterranean": ("couscous", "yogurt", "olive oil", "parsley"),
    "thai": ("fish sauce", "coconut milk", "sugar", "white rice"),
    "french": ("butter", "bread", "white wine", "parsley"),
    "american": ("butter", "cheddar", "bread", "potatoes"),
    "vietnamese": ("fish sauce", "sugar", "white rice", "mint"),
    "middle eastern": ("yogurt", "couscous", "olive oil", "parsley"),
    "asian": ("soy sauce", "white rice", "sesame oil", "cornstarch"),
    "latin": ("cheddar", "sour cream", "salsa", "corn tortillas"),
}
FLAVORS = (
    "spicy", "umami", "savory", "mild", "aromatic", "creamy", "herbal", "olive oil", "light", "fresh", "bold",
    "garlicky", "ginger", "smoky", "tangy", "sweet", "sour", "nutty", "rich", "zesty", "buttery", "crisp",
    "earthy", "peppery", "fragrant", "citrus", "hot", "delicate", "hearty", "bright", "warming", "tender",
    "crunchy",
)
TITLE_WORDS = (
    "Smoky", "Quick", "Golden", "Weeknight", "Simple", "Rustic", "Homestyle", "Glazed", "Crispy", "Silky",
    "Fragrant", "Hearty", "Bright", "Toasted", "Charred", "Tender", "Easy", "Cosy", "Family", "Market",
    "Sunday", "Garden", "Harvest", "Classic", "Sticky", "Zesty", "Light", "Fresh", "Warming", "Velvety",
    "Country", "Lazy", "Speedy", "Colourful", "Little", "Big", "Midweek", "Summer", "Winter", "Autumn",
    "Spring", "Caramelised", "Seared",
)
FREE_RULES = (
    "pickled", "cured", "hot", "sweet", "fried food", "leftovers", "canned food", "smoked", "salted", "raw",
)
# Tags of the ontology that recommend an ingredient, so that nobody forbids them.
DESCRIPTIONS = frozenset({"fruit", "low-carb", "oil", "plant protein", "root"})
FREE_LIKES = (
    "light", "fresh", "healthy", "low sodium", "low-carb", "keto", "protein", "vegetables", "mild", "vegan",
    "crunchy", "one pot", "grilled food", "soup", "salads", "quick meals", "whole grains", "greens", "curry",
    "salsa", "risotto",
)
FIRST_NAMES = (
    "Mina", "Jun", "Priya", "Asha", "Marco", "Giulia", "Hana", "Kenji", "Rosa", "Diego", "Wei", "Lin",
    "Sofia", "Elena", "Nok", "Claire", "Henri", "Grace", "Sam", "Noor", "Omar", "Ines", "Tom", "Ada", "Leo",
    "Maya", "Yuki",
)
COOK_NAMES = (
    "{cuisine} Food Lover", "{cuisine} Home Cook", "{cuisine} Table", "{cuisine} Kitchen", "{first}",
    "{first}, {cuisine} cook", "{cuisine} Food Lover ({note})", "{cuisine} Cuisine ({note})",
    "{cuisine} {note}", "the {cuisine} family table", "{first} and family",
)
COOK_NOTES = (
    "Spicy", "No Spicy", "Vegan", "Vegetarian", "Gluten-Free", "Low Sodium", "Keto", "Low-Carb", "Light",
    "Quick", "Weeknight", "Dairy-Free", "Fresh", "Comfort", "Healthy", "Traditional", "Mild",
)
REQUESTS = (
    "Make me a quick dinner.", "What can I cook tonight?", "Make me a {cuisine} dish.", "I want a {dish}.",
    "A {dish}, please.", "Something {flavor} for dinner.", "Dinner in {minutes} minutes, please.",
    "Cook something {flavor} and {flavor2}.", "What should I make for lunch?", "Simple {cuisine} recipe.",
    "Whatever you recommend.", "Surprise me.", "I need dinner for {serves}.", "Quick meal.",
    "I would like a {flavor} {dish}.", "Make me {cuisine} food.", "Something warm and easy.",
    "How about a {cuisine} {dish}?", "Give me an idea for a weeknight.",
    "Traditional {cuisine} cooking, please.", "Make a {flavor} {cuisine} dish.", "I am hungry and tired.",
    "A healthy lunch.", "Comfort food, please.", "Feed {serves} of us tonight.", "Something light.",
    "I have {minutes} minutes.", "Use what I have.", "A family dinner.", "What goes well together?",
    "Cook me something new.", "Can you make a {dish}?", "An easy {cuisine} supper.", "A {flavor} lunch.",
    "Make it {flavor}.", "I fancy a {dish} today.", "Suggest a {cuisine} dinner.", "Nothing fancy.",
    "Make me something {flavor}.", "Dinner for two.", "Something for the whole family.",
    "One pan only, please.", "A good {dish} recipe.", "I want to cook a {dish}.",
    "Please write a {cuisine} recipe.", "What is for dinner?", "A cosy evening meal.", "Keep it simple.",
)
HEAT = (
    "medium heat", "medium-high heat", "high heat", "a lively heat", "a steady flame", "low heat",
)
# What a dish may be named after.
LEADS = ("protein", "vegetable", "starch")
# The steps of a recipe: the fire first, then the lead, then the rest.
START = (
    "Set a {vessel} over {heat}.",
    "Warm a {vessel} over {heat} for {few} minutes.",
    "Heat a {vessel} until a drop of water dances.",
    "Put a {vessel} on {heat} and wait until it is hot.",
)
LEAD: dict[str, tuple[str, ...]] = {
    "stir-fry": (
        "Add {lead} and toss for {some} minutes until browned.",
        "Slide in {lead} and keep it moving for {some} minutes.",
        "Fry {lead} hard and fast, about {some} minutes.",
    ),
    "stew": (
        "Add {lead} and brown on all sides, about {some} minutes.", "Stir in {lead} and coat it well.",
        "Lay in {lead}, cover with water and bring to a boil.",
    ),
    "soup": (
        "Add {lead} and pour over {cups} cups of water.",
        "Tip in {lead}, cover with water and bring to a simmer.", "Drop in {lead} and simmer for {some} minutes.",
    ),
    "roast": (
        "Spread {lead} on a tray and roast at {oven} C for {long} minutes.",
        "Arrange {lead} in a baking dish and bake at {oven} C.",
        "Tuck {lead} into the tray and roast until golden.",
    ),
    "skillet": (
        "Lay {lead} in the skillet and sear {few} minutes a side.",
        "Press {lead} into the pan and cook until browned underneath.",
        "Brown {lead} for {some} minutes without stirring.",
    ),
    "salad": (
        "Toss {lead} in a wide bowl.", "Arrange {lead} on a cold plate.", "Slice {lead} thinly and fold through.",
    ),
    "bowl": (
        "Cook {lead} for {some} minutes until done.", "Sear {lead} until golden, then slice.",
        "Steam {lead} for {some} minutes until tender.",
    ),
    "grill": (
        "Thread {lead} onto skewers and grill {few} minutes a side.", "Char {lead} over {heat}, turning often.",
        "Grill {lead} until marked and cooked through.",
    ),
    "curry": (
        "Add {lead} and stir to coat for {some} minutes.", "Fold in {lead} with a splash of water.",
        "Tip in {lead} and let it take on color.",
    ),
}
MIDDLE: dict[str, tuple[str, ...]] = {
    "stir-fry": (
        "Add {items} and toss for {few} minutes.", "Throw in {items} and fry until just tender.",
        "Stir through {items} over {heat}.",
    ),
    "stew": (
        "Add {items}, cover and simmer for {long} minutes.", "Stir in {items} and cook gently until tender.",
        "Tip in {items} and let everything bubble slowly.",
    ),
    "soup": (
        "Add {items} and simmer for {long} minutes.", "Stir in {items} and cook until soft.",
        "Ladle in {items} and keep at a gentle boil.",
    ),
    "roast": (
        "Scatter {items} around and roast {long} minutes more.", "Add {items} to the tray and turn once.",
        "Tuck in {items} and bake until soft.",
    ),
    "skillet": (
        "Add {items} and cook for {some} minutes.", "Push aside and fry {items} until golden.",
        "Stir in {items} and cover for {few} minutes.",
    ),
    "salad": ("Add {items} and toss well.", "Fold in {items}.", "Scatter over {items} and mix gently."),
    "bowl": (
        "Cook {items} until tender and spoon alongside.", "Steam {items} for {some} minutes.",
        "Pile {items} into warm bowls.",
    ),
    "grill": (
        "Grill {items} beside it for {some} minutes.", "Add {items} to the rack until charred.",
        "Cook {items} in a pan at the edge of the fire.",
    ),
    "curry": (
        "Add {items} and simmer for {long} minutes.", "Stir in {items}, cover and cook until soft.",
        "Tip in {items} and let it thicken.",
    ),
}
SEASON = (
    "Season with {items}.", "Stir in {items} and taste.", "Add {items} and let it coat everything.",
    "Pour over {items} and mix well.", "Whisk together {items} and drizzle over.",
    "Sprinkle in {items} and stir.", "Work in {items}, a little at a time.",
    "Spoon in {items} and cook {few} minutes more.",
)
FINISH = (
    "Serve hot.", "Rest for {few} minutes and serve.", "Divide between plates and enjoy.",
    "Serve straight from the pan.", "Spoon into warm bowls.", "Taste, adjust and serve.",
    "Cover for {few} minutes, then bring to the table.",
)
VESSELS: dict[str, tuple[str, ...]] = {
    "stir-fry": ("wok", "wide pan"),
    "stew": ("heavy pot", "casserole"),
    "soup": ("large pot", "soup pot"),
    "roast": ("roasting tin", "baking dish"),
    "skillet": ("skillet", "cast-iron pan"),
    "salad": ("small pan",),
    "bowl": ("saucepan", "frying pan"),
    "grill": ("grill pan",),
    "curry": ("deep pan", "kadai"),
}
MINUTES: dict[str, tuple[int, ...]] = {
    "stir-fry": (15, 20, 25),
    "stew": (45, 60, 75, 90),
    "soup": (30, 35, 40, 45),
    "roast": (40, 45, 50, 60),
    "skillet": (20, 25, 30),
    "salad": (10, 15, 20),
    "bowl": (20, 25, 30, 35),
    "grill": (25, 30, 35),
    "curry": (30, 35, 40, 45),
}
CUTS = (
    "chop", "slice", "dice", "cut", "halve", "shred",
)
SOFTEN = (
    "soften", "cook", "fry", "sweat",
)
