import { userMessage } from '@palate/recipe'

/** What a visitor asked. */
export function Question({ inventory, request }: { inventory: readonly string[]; request: string }) {
  return (
    <p className="max-w-[85%] self-end rounded-xl bg-sunk px-4 py-3 [overflow-wrap:anywhere]">
      {userMessage({ inventory: [...inventory], request })}
    </p>
  )
}
