import { registry } from "@web/core/registry";

const openTheList = {
    content: "the way back to all returns",
    trigger: "a:contains('Your Returns')",
    run: "click",
    expectUnloadPage: true,
};

const openTheOneThatIs = (status) => ({
    content: `the return that is: ${status}`,
    trigger: `tr:has(.badge:contains('${status}')) a`,
    run: "click",
    expectUnloadPage: true,
});

const reportTheParcel = (number) => [
    {
        content: "what is next is told",
        trigger: "#return_status:contains('Pack the goods with the return slip')",
    },
    {
        content: "and where it stands",
        trigger: "#return_timeline:contains('Goods Arrived')",
    },
    {
        content: "the papers are there",
        trigger: "#return_buttons a:contains('Return Slip')",
    },
    {
        content: "the number of the parcel",
        trigger: "#tracking",
        run: `edit ${number}`,
    },
    {
        content: "report it",
        trigger: "#return_tracking button",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "the parcel is on its way",
        trigger: `#return_status:contains('On the Way to Us'):contains('${number}')`,
    },
];

const write = (text) => [
    {
        content: "write a message",
        trigger: "#chatterRoot:shadow .o-mail-Composer-input",
        run: `edit ${text}`,
    },
    {
        content: "send it",
        trigger: "#chatterRoot:shadow .o-mail-Composer button:contains(Send):enabled",
        run: "click",
    },
    {
        content: "it is there",
        trigger: `#chatterRoot:shadow .o-mail-Message:contains(${text})`,
    },
];

// With a login, at a desk or on a phone: from the start page to a parcel on its way, and
// a return that is given up.
registry.category("web_tour.tours").add("sale_return_customer_tour", {
    steps: () => [
        openTheList,
        openTheOneThatIs("Send the Goods"),
        ...reportTheParcel("1Z 999 AA1"),
        ...write("Two boxes."),
        openTheList,
        openTheOneThatIs("Being Decided"),
        {
            content: "give it up",
            trigger: "button:contains('Cancel This Return')",
            run: "click",
        },
        {
            content: "say why",
            trigger: "#return_cancel.show textarea",
            run: "edit It works after all.",
        },
        {
            content: "confirm",
            trigger: "#return_cancel.show button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is given up",
            trigger: "#return_status:contains('Cancelled')",
        },
        {
            content: "nothing can be given up any more",
            trigger: "body:not(:has(button:contains('Cancel This Return')))",
        },
    ],
});

// With the link of a mail, without a login.
registry.category("web_tour.tours").add("sale_return_customer_link_tour", {
    steps: () => [...reportTheParcel("SF1339428840215"), ...write("It is a big box.")],
});

registry.category("web_tour.tours").add("sale_return_customer_answer_tour", {
    steps: () => [
        {
            content: "why it is not accepted",
            trigger: "#return_rejection:contains('It was used.')",
        },
        {
            content: "to the answer",
            trigger: "#return_status a:contains('Answer')",
            run: "click",
        },
        ...write("It was not."),
    ],
});
