/** Whether the browser runs on a machine whose keyboard has ⌘. */
export const isMac = (): boolean =>
  typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent)
