export { comparePair, type PairChoice, type PairJudgment } from './compare'
export { type CheckContext, checkRecipe, type RecipeCheck, type Violation } from './constraint'
export { type DiffedSide, type DiffState, diffRecipes } from './diff'
export { formatRecipe } from './format'
export { ImportedRecipe, normalizeRecipe } from './import-recipe'
export { formatIngredientLine, parseIngredientLine } from './ingredient-line'
export { type IngredientMatch, matchIngredients, recognizeIngredient } from './match'
export { findNotFood, notFoodSentence } from './not-food'
export { closure, findTag, Ingredient, Ontology, ontology, Role } from './ontology'
export { makePrompt, type PantryPrompt, promptFromRecipe } from './pantry'
export { parseRecipe } from './parse'
export {
  Diet,
  Persona,
  PersonaBody,
  personaPrompt,
  WEAK_PROMPT,
} from './persona'
export { formatPersonas, maxPersonaFileLength, PersonaFileError, parsePersonas } from './persona-yaml'
export { type Random, seededRandom } from './random'
export { IngredientLine, Recipe, RecipeProblem } from './recipe'
export { personaRules, type Rule } from './rule'
export { CaseCategory, Suite, SuiteCase, seedPersonas, sixCooks } from './seed'
export { type IngredientUse, isForbidden } from './use'
export { formatList, slugOf, userMessage } from './words'
