import { ref } from 'vue'

/** reason is why masked values are looked at in this sitting; '' until it is asked. */
export const reason = ref('')
