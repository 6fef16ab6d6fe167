import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** As a scanner types: fast, and nowhere in particular. */
function type(code) {
    for (const key of [...code, "Enter"]) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }
}

/** As a scanner does that types into the field which has the focus. */
function typeIntoField(code) {
    const field = document.querySelector(".o_dock_code");
    field.value += code;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    field.form.requestSubmit();
}

const call = (method, ...args) =>
    rpc("/web/dataset/call_kw", { model: "sale.return.dock", method, args, kwargs: {} });

/** Another storekeeper takes one of the first goods in. */
async function receiveElsewhere() {
    const [{ id }] = await call("find_return", "DOCK-TOUR");
    const sheet = await call("open_return", id);
    const [{ product }] = sheet.expected;
    await call("receive", id, "elsewhere", sheet.stamp, [{ product, quantity: 1 }]);
}

const PIXEL =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const FILES = {
    "scratch.png": ["image", atob(PIXEL)],
    "rattle.webm": ["video", "\x1a\x45\xdf\xa3 a short video"],
    "page.png": ["image", "<html><script>alert(1)</script></html>"],
};

/** As the camera of a phone hands it over. */
const attach = (card, name) => ({
    content: `Attach ${name}`,
    trigger: `.o_dock_card:eq(${card})`,
    run: ({ anchor }) => {
        const [kind, content] = FILES[name];
        const bytes = Uint8Array.from(content, (char) => char.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], name, { type: `${kind}/*` }));
        const input = anchor.querySelector(`input[accept="${kind}/*"]`);
        input.files = files.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    },
});

const attached = (card, name) => ({
    content: `${name} is there`,
    trigger: `.o_dock_card:eq(${card}) .o_dock_photo:contains(${name})`,
});

let beeps = 0;

const scan = (code, content = `Scan ${code}`) => ({
    content,
    trigger: ".o_sale_return_dock",
    run: () => type(code),
});

const told = (text, kind) => ({
    content: `Told: ${text}`,
    trigger: `.o_dock_message_${kind}:contains(${text})`,
});

const LAMP = "4006381333931";
const TABLE = "4006381333948";
const MAT = "4006381333955";

registry.category("web_tour.tours").add("sale_return_dock_tour", {
    steps: () => [
        {
            content: "Scan the customer's reference on the slip",
            trigger: ".o_sale_return_dock .o_dock_code",
            run: () => {
                HTMLMediaElement.prototype.play = async () => beeps++;
                type("DOCK-TOUR");
            },
        },
        told("is open", "info"),
        scan("NOT-A-CODE"),
        {
            ...told("is not known", "danger"),
            run: () => {
                if (beeps !== 1) {
                    throw new Error(`${beeps} beeps for one unknown code`);
                }
            },
        },
        {
            content: "Ten scans in a row, faster than anybody answers",
            trigger: ".o_dock_row",
            run: () => {
                for (let i = 0; i < 5; i++) {
                    type(LAMP);
                    type("LAMP");
                }
            },
        },
        told("Too many: 10 of 5", "warning"),
        { content: "It is marked", trigger: ".o_dock_row_excess" },
        ...Array.from({ length: 5 }, (_, i) => ({
            content: `Take back ${i}`,
            trigger: ".o_dock_undo:enabled",
            run: "click",
        })),
        { content: "Five are left", trigger: ".o_dock_row_full" },
        scan(TABLE),
        told("Wrong product", "danger"),
        {
            content: "Type what no scanner reads",
            trigger: ".o_dock_code",
            run: "edit LAMP",
        },
        { content: "Enter it", trigger: "form button[type=submit]", run: "click" },
        told("Too many: 6 of 5", "warning"),
        {
            content: "Two more while the field has the focus",
            trigger: ".o_dock_code",
            run: () => {
                typeIntoField("LAMP");
                typeIntoField("LAMP");
            },
        },
        told("Too many: 8 of 5", "warning"),
        ...Array.from({ length: 3 }, (_, i) => ({
            content: `Take back one more ${i}`,
            trigger: ".o_dock_undo:enabled",
            run: "click",
        })),
        { content: "Five again", trigger: ".o_dock_row_full" },
        {
            content: "Somebody else takes one of them in",
            trigger: ".o_dock_receive:enabled",
            run: receiveElsewhere,
        },
        { content: "Receive", trigger: ".o_dock_receive:enabled", run: "click" },
        told("Somebody else has worked on", "danger"),
        {
            content: "Four are left of the five, and the wrong one",
            trigger: ".o_dock_row_full:has(input:value(4)) ~ .o_dock_row_wrong",
        },
        {
            content: "All can be touched with a thumb, and nothing leaves the screen",
            trigger: ".o_dock_receive:enabled",
            run: () => {
                for (const button of document.querySelectorAll(".o_sale_return_dock .btn")) {
                    const { width, height, right } = button.getBoundingClientRect();
                    if (width < 44 || height < 44 || right > window.innerWidth + 1) {
                        throw new Error(`Too small or cut off: ${button.textContent}`);
                    }
                }
            },
        },
        { content: "Receive", trigger: ".o_dock_receive:enabled", run: "dblclick" },
        told("Received", "success"),
        {
            content: "The instructions of the policy are there",
            trigger: ".o_dock_instructions:contains(Plug it in)",
        },
        {
            content: "Two go another way",
            trigger: ".o_dock_card:first .o_dock_split",
            run: "click",
        },
        {
            content: "They are damaged",
            trigger: ".o_dock_card:eq(1) [data-condition=damaged]",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: ".o_dock_card:eq(1) [data-condition=damaged][aria-pressed=true]",
        },
        attach(1, "scratch.png"),
        attached(1, "scratch.png"),
        attach(1, "rattle.webm"),
        attached(1, "rattle.webm"),
        attach(0, "page.png"),
        attached(0, "page.png"),
        { content: "Confirm", trigger: ".o_dock_confirm:enabled", run: "click" },
        told("neither a picture nor a video", "danger"),
        attached(1, "scratch.png"),
        { content: "Take it away", trigger: ".o_dock_card:eq(0) .o_dock_photo", run: "click" },
        { content: "Confirm", trigger: ".o_dock_confirm:enabled", run: "click" },
        told("Inspected", "success"),
        { content: "Done", trigger: ".o_dock_done" },
        { content: "Print labels", trigger: ".o_dock_labels", run: "click" },
        { content: "Odoo's dialog", trigger: ".modal [name=print_format]" },
        { content: "Close it", trigger: ".modal .btn-close, .modal .oi-arrow-left", run: "click" },
        { content: "Next", trigger: "body:not(:has(.modal)) .o_dock_leave", run: "click" },
        told("Scan the slip", "info"),
        scan("DOCK-BOTH", "One parcel, two transfers"),
        { content: "Both goods are awaited", trigger: ".o_dock_row:eq(1)" },
        scan(LAMP),
        scan(MAT),
        told("Mat", "success"),
        { content: "Receive both", trigger: ".o_dock_receive:enabled", run: "click" },
        told("Received.", "success"),
        { content: "Nothing is awaited any more", trigger: "body:not(:has(.o_dock_row))" },
    ],
});
