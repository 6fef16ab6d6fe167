import { url } from "@web/core/utils/urls";

let sound;

/** The sound of Odoo's own scanners for what went wrong; silent where the browser forbids it. */
export function beep() {
    if (!sound) {
        const kind = new Audio().canPlayType("audio/ogg") ? "ogg" : "mp3";
        sound = new Audio(url(`/barcodes/static/src/audio/error.${kind}`));
    }
    sound.currentTime = 0;
    sound.play().catch(() => {});
}
