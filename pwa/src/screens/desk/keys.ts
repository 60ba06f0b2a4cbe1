import { onScopeDispose } from 'vue'

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/**
 * Single keys for the desktop, by `KeyboardEvent.key`; ends with the component that called it. Never while somebody types, except for Escape,
 * and never Enter on what the key already presses.
 */
export function onKeys(keys: Record<string, () => void>): void {
  function pressed(event: KeyboardEvent): void {
    const act = keys[event.key]
    if (!act || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (isTyping(event.target) && event.key !== 'Escape') return
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a, button, summary')) return
    event.preventDefault()
    act()
  }
  window.addEventListener('keydown', pressed)
  onScopeDispose(() => window.removeEventListener('keydown', pressed))
}
