<<<<<<<< HEAD:web/console/dist/assets/notes-xHdsK-5W.js
import{lt as e}from"./_plugin-vue_export-helper-s_tMg6Sw.js";var t=e([]),n=1;function r(e,r=!1){let a=n++;t.push({id:a,text:e,bad:r}),setTimeout(()=>i(a),r?9e3:5e3)}function i(e){let n=t.findIndex(t=>t.id===e);n>=0&&t.splice(n,1)}export{t as n,r as t};
========
import{ut as e}from"./_plugin-vue_export-helper-DEYj8FSc.js";var t=e([]),n=1;function r(e,r=!1){let a=n++;t.push({id:a,text:e,bad:r}),setTimeout(()=>i(a),r?9e3:5e3)}function i(e){let n=t.findIndex(t=>t.id===e);n>=0&&t.splice(n,1)}export{t as n,r as t};
>>>>>>>> 1f87f90 (console: the next record is painted from what was fetched before, its first screen first; pictures of every page looked at):web/console/dist/assets/notes-BU_VNh28.js
