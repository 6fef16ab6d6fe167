import { registry } from "@web/core/registry";

/** As a scanner types: fast, and nowhere in particular. */
function type(code) {
    for (const key of [...code, "Enter"]) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }
}

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
            run: () => type("DOCK-TOUR"),
        },
        told("is open", "info"),
        scan("NOT-A-CODE"),
        told("is not known", "danger"),
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
        { content: "Take it back", trigger: ".o_dock_undo:enabled", run: "click" },
        { content: "Five again", trigger: ".o_dock_row_full" },
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
