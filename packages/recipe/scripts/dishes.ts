import { type Ingredient, ontology, type Role } from '../src/ontology'
import { pick, type Random, sample } from '../src/random'

export type Dish = {
  title: string
  tags: string[]
  ingredients: string[]
  directions: string[]
  names: string[]
}

/** What a dish is made of: each slot takes one ingredient of a cuisine by role, or one of the ids named. */
type Template = {
  kind: string
  cuisines: string[]
  slots: Record<string, Role | string[]>
  titles: string[]
  steps: string[]
}

const OILS = ['olive-oil', 'vegetable-oil']
const STOCKS = ['vegetable-stock', 'chicken-stock', 'unsalted-vegetable-stock']
const MEATS = [
  'chicken-thighs',
  'chicken-breast',
  'beef-sirloin',
  'pork-loin',
  'shrimp',
  'firm-tofu',
  'lamb-shoulder',
  'turkey-breast',
  'tempeh',
]
const SPICES = [
  'cumin',
  'coriander',
  'turmeric',
  'garam-masala',
  'mild-curry-powder',
  'mustard-seeds',
  'chili-powder',
  'cardamom',
]
const PULSES = [
  'black-beans',
  'chickpeas',
  'kidney-beans',
  'white-beans',
  'green-lentils',
  'red-lentils',
  'pinto-beans',
]

const TEMPLATES: Template[] = [
  {
    kind: 'stir-fry',
    cuisines: ['chinese', 'korean', 'thai', 'vietnamese', 'japanese'],
    slots: {
      main: MEATS,
      vegetable: 'vegetable',
      aromatic: 'aromatic',
      sauce: 'sauce',
      oil: ['peanut-oil', 'vegetable-oil', 'sesame-oil'],
      rice: ['white-rice', 'jasmine-rice', 'brown-rice'],
    },
    titles: ['{Main} and {Vegetable} Stir-Fry', 'Hot-Wok {Main} with {Sauce}'],
    steps: [
      'Cook the {rice} and keep it warm.',
      'Heat the {oil} in a wok until it shimmers.',
      'Brown the {main} over high heat, 4 minutes, and set aside.',
      'Fry the {aromatic} and the {vegetable} for 3 minutes; they should stay crisp.',
      'Return the {main}, add the {sauce} and toss for a minute.',
      'Serve over the {rice}.',
    ],
  },
  {
    kind: 'soup',
    cuisines: ['italian', 'french', 'american', 'mediterranean', 'indian'],
    slots: {
      pulse: PULSES,
      vegetable: 'vegetable',
      second: 'vegetable',
      aromatic: ['onion', 'garlic', 'shallots', 'leeks'],
      herb: 'herb',
      oil: OILS,
      stock: STOCKS,
    },
    titles: ['{Vegetable} and {Pulse} Soup', 'Slow {Pulse} Soup with {Herb}'],
    steps: [
      'Soften the {aromatic} in the {oil} over low heat, about 8 minutes.',
      'Stir in the {vegetable} and the {second} and let them sweat for 5 minutes.',
      'Add the {pulse} and the {stock} and bring to a simmer.',
      'Cook with the lid ajar until everything is tender, 25 minutes.',
      'Crush a third of the soup against the pot and stir it back in.',
      'Finish with the {herb}.',
    ],
  },
  {
    kind: 'curry',
    cuisines: ['indian', 'thai'],
    slots: {
      main: [
        'chicken-thighs',
        'paneer',
        'chickpeas',
        'firm-tofu',
        'lamb-shoulder',
        'shrimp',
        'cauliflower',
        'eggplant',
        'okra',
      ],
      spice: SPICES,
      second: SPICES,
      aromatic: ['onion', 'ginger', 'shallots'],
      fat: ['ghee', 'coconut-oil', 'vegetable-oil'],
      liquid: ['coconut-milk', 'canned-tomatoes', 'yogurt'],
      herb: ['cilantro', 'mint', 'curry-leaves'],
    },
    titles: ['{Main} Curry with {Herb}', 'Golden {Main} in {Liquid}'],
    steps: [
      'Melt the {fat} in a heavy pot and bloom the {spice} and the {second} for 30 seconds.',
      'Add the {aromatic} and cook until golden, 10 minutes.',
      'Turn the {main} in the spices.',
      'Pour in the {liquid}, cover and simmer gently for 20 minutes.',
      'Scatter the {herb} over the top and rest the pot for 5 minutes.',
    ],
  },
  {
    kind: 'salad',
    cuisines: ['mediterranean', 'middle eastern', 'french', 'italian', 'mexican'],
    slots: {
      base: ['quinoa', 'bulgur', 'couscous', 'green-lentils', 'chickpeas', 'arugula', 'lettuce'],
      vegetable: 'vegetable',
      fruit: 'fruit',
      herb: 'herb',
      acid: ['lemon-juice', 'lime-juice', 'red-wine-vinegar', 'balsamic-vinegar'],
      oil: ['olive-oil', 'avocado-oil'],
      nut: ['almonds', 'walnuts', 'pistachios', 'pumpkin-seeds'],
    },
    titles: ['{Base} Salad with {Fruit} and {Herb}', '{Vegetable} and {Base} Salad'],
    steps: [
      'Prepare the {base} and leave to cool on a wide plate.',
      'Whisk the {acid} with the {oil} and a little black pepper.',
      'Cut the {vegetable} and the {fruit} into bites.',
      'Toss everything with the dressing and most of the {herb}.',
      'Top with the {nut} and the rest of the {herb}.',
    ],
  },
  {
    kind: 'tacos',
    cuisines: ['mexican'],
    slots: {
      main: [
        'black-beans',
        'pinto-beans',
        'chicken-thighs',
        'pork-shoulder',
        'white-fish',
        'jackfruit',
        'mushrooms',
        'shrimp',
        'flank-steak',
      ],
      tortilla: ['corn-tortillas', 'flour-tortillas'],
      heat: ['jalapeno', 'chipotle-in-adobo', 'salsa', 'salsa-verde', 'hot-sauce'],
      topping: ['avocado', 'cotija', 'queso-fresco', 'radishes', 'cabbage', 'crema'],
      acid: ['lime', 'lime-juice'],
      herb: ['cilantro', 'oregano'],
    },
    titles: ['{Main} Tacos with {Topping}', 'Smoky {Main} Tacos'],
    steps: [
      'Cook the {main} in a hot pan until the edges brown, 8 minutes.',
      'Stir in the {heat} and half of the {acid}.',
      'Warm the {tortilla} over an open flame and stack them in a cloth.',
      'Fill with the {main}, then the {topping} and the {herb}.',
      'Finish with the rest of the {acid} and eat with your hands.',
    ],
  },
  {
    kind: 'pasta',
    cuisines: ['italian'],
    slots: {
      pasta: ['spaghetti', 'penne', 'fettuccine', 'macaroni'],
      main: [
        'pancetta',
        'italian-sausage',
        'clams',
        'white-beans',
        'canned-tuna',
        'shrimp',
        'mushrooms',
        'zucchini',
        'broccoli',
      ],
      aromatic: ['garlic', 'shallots', 'onion'],
      sauce: ['canned-tomatoes', 'heavy-cream', 'cherry-tomatoes', 'white-wine'],
      cheese: ['parmesan', 'ricotta', 'mozzarella', 'feta'],
      herb: ['basil', 'parsley', 'oregano', 'thyme'],
      oil: ['olive-oil'],
    },
    titles: ['{Pasta} with {Main} and {Herb}', '{Pasta} with {Main} and {Cheese}'],
    steps: [
      'Bring a large pot of water to the boil and cook the {pasta} until it still has bite.',
      'Warm the {oil} with the {aromatic} until fragrant, 2 minutes.',
      'Add the {main} and cook for 6 minutes.',
      'Pour in the {sauce} and simmer until a little thicker.',
      'Toss the {pasta} through with a splash of its water.',
      'Off the heat fold in the {cheese} and the {herb}.',
    ],
  },
  {
    kind: 'tray bake',
    cuisines: ['american', 'french', 'mediterranean', 'middle eastern'],
    slots: {
      main: [
        'chicken-drumsticks',
        'salmon-fillets',
        'pork-chops',
        'halloumi',
        'cod-fillets',
        'chickpeas',
        'italian-sausage',
      ],
      root: ['potatoes', 'sweet-potatoes', 'carrots', 'beets', 'parsnips', 'butternut-squash'],
      vegetable: 'vegetable',
      spice: ['smoked-paprika', 'cumin', 'sumac', 'black-pepper', 'chili-flakes'],
      herb: ['rosemary', 'thyme', 'parsley', 'dill'],
      oil: ['olive-oil'],
      salt: ['salt'],
    },
    titles: ['Roast {Main} with {Root}', 'One-Tray {Main} with {Herb}'],
    steps: [
      'Heat the oven to 220 °C.',
      'Toss the {root} with half of the {oil}, the {spice} and the {salt}, and roast for 15 minutes.',
      'Add the {vegetable} and the {main} and brush them with the rest of the {oil}.',
      'Roast until the {main} is done and the {root} is brown at the edges, 20 to 25 minutes.',
      'Strew the {herb} over the tray and bring it to the table.',
    ],
  },
  {
    kind: 'noodle bowl',
    cuisines: ['japanese', 'korean', 'vietnamese'],
    slots: {
      noodle: ['udon-noodles', 'soba-noodles', 'ramen-noodles', 'rice-noodles', 'glass-noodles'],
      main: ['eggs', 'firm-tofu', 'pork-belly', 'salmon-fillets', 'chicken-breast', 'shrimp'],
      broth: ['dashi', 'kombu-dashi', 'chicken-stock'],
      season: ['miso', 'soy-sauce', 'gochujang', 'fish-sauce'],
      green: ['bok-choy', 'spinach', 'napa-cabbage', 'bean-sprouts', 'snow-peas'],
      finish: ['scallions', 'sesame-seeds', 'seaweed', 'cilantro'],
    },
    titles: ['{Noodle} in Broth with {Main}', '{Main} and {Green} Noodle Bowl'],
    steps: [
      'Bring the {broth} to a bare simmer and stir in the {season}.',
      'Cook the {main} in it gently until done.',
      'Boil the {noodle} in a second pot and rinse them.',
      'Drop the {green} into the broth for the last minute.',
      'Divide everything between warm bowls and top with the {finish}.',
    ],
  },
  {
    kind: 'breakfast',
    cuisines: ['american', 'mexican', 'middle eastern', 'french'],
    slots: {
      eggs: ['eggs'],
      vegetable: ['spinach', 'bell-pepper', 'tomatoes', 'mushrooms', 'zucchini', 'kale', 'leeks'],
      cheese: ['cheddar', 'feta', 'goat-cheese', 'gruyere', 'queso-fresco'],
      aromatic: ['onion', 'scallions', 'shallots'],
      fat: ['butter', 'olive-oil'],
      herb: ['chives', 'parsley', 'dill', 'cilantro'],
      bread: ['bread', 'baguette', 'pita-bread', 'corn-tortillas'],
    },
    titles: ['Baked Eggs with {Vegetable} and {Cheese}', '{Vegetable} and {Cheese} Skillet'],
    steps: [
      'Heat the {fat} in an ovenproof pan and soften the {aromatic}.',
      'Add the {vegetable} and cook until the pan is dry.',
      'Make hollows, break in the {eggs} and crumble the {cheese} around them.',
      'Bake at 200 °C until the whites are set, 8 to 10 minutes.',
      'Scatter with the {herb} and serve with the {bread}.',
    ],
  },
]

/** `count` dishes with different titles. */
export function writeDishes(random: Random, count: number): Dish[] {
  const dishes = new Map<string, Dish>()
  while (dishes.size < count) {
    const dish = writeDish(random, pick(random, TEMPLATES))
    if (!dishes.has(dish.title)) dishes.set(dish.title, dish)
  }
  return [...dishes.values()]
}

function writeDish(random: Random, { kind, cuisines, slots, titles, steps }: Template): Dish {
  const cuisine = pick(random, cuisines)
  const chosen = new Map<string, Ingredient>()
  for (const [slot, wanted] of Object.entries(slots)) {
    const taken = [...chosen.values()]
    const fitting = ontology.ingredients.filter(
      (each) => !taken.includes(each) && fits(each, wanted, cuisine),
    )
    chosen.set(slot, pick(random, fitting))
  }
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, slot: string) => {
      const name = chosen.get(slot.toLowerCase())?.name ?? ''
      return slot === slot.toLowerCase() ? name : titleCase(name)
    })
  const used = [...chosen.values()]
  return {
    title: fill(pick(random, titles)),
    tags: [cuisine, kind],
    ingredients: used.map((ingredient) => writeLine(random, ingredient)),
    directions: steps.map(fill),
    names: used.map(({ name }) => name),
  }
}

function fits(ingredient: Ingredient, wanted: Role | string[], cuisine: string): boolean {
  if (typeof wanted !== 'string') return wanted.includes(ingredient.id)
  return ingredient.role === wanted && ingredient.cuisines.includes(cuisine)
}

function writeLine(random: Random, { name, measures, preps }: Ingredient): string {
  const [prep] = random() < 0.7 ? sample(random, preps, 1) : []
  return `${pick(random, measures)} ${name}${prep ? `, ${prep}` : ''}`
}

function titleCase(text: string): string {
  return text.replace(
    /(^|[\s-])([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  )
}
