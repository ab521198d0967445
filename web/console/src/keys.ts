import { onBeforeUnmount, onMounted } from 'vue'

/** typing reports whether a key belongs to a field or a dialog and not to the page. */
function typing(e: KeyboardEvent): boolean {
  const at = e.target as HTMLElement
  return !!at.closest('input, textarea, select, [contenteditable], [role=dialog]') || !!document.querySelector('[role=dialog]')
}

/** useKeys calls what belongs to a key, while nobody types and nothing lies over the page. */
export function useKeys(keys: Record<string, () => void>) {
  const pressed = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e) || document.querySelector('.frame.barred')) return
    const fn = keys[e.key]
    if (!fn) return
    e.preventDefault()
    fn()
  }
  onMounted(() => addEventListener('keydown', pressed))
  onBeforeUnmount(() => removeEventListener('keydown', pressed))
}
