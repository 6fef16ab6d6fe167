class Amounts(dict):
    """What a line stands for in the books: amount by ``(tax id or None, kind)``.

    Kinds are the tax engine's ``total_excluded``, ``base_amount`` and ``tax_amount``,
    in the company's currency and, with ``_currency`` behind, in that of the document.
    """

    @classmethod
    def of_document(cls, base_lines, company):
        """What the tax engine makes of base lines that are one document.

        :param base_lines: dicts of the tax engine, not empty
        :return: list of Amounts, in the order of the base lines
        """
        AccountTax = company.env["account.tax"]
        AccountTax._add_tax_details_in_base_lines(base_lines, company)
        AccountTax._round_base_lines_tax_details(base_lines, company)
        return [cls.of(base_line) for base_line in base_lines]

    @classmethod
    def of(cls, base_line):
        """:param base_line: dict of the tax engine, computed and rounded"""
        details = base_line["tax_details"]
        amounts = cls()
        for suffix in ("_currency", ""):
            total = f"total_excluded{suffix}"
            amounts[None, total] = details[total] + details[f"delta_{total}"]
            for tax_data in details["taxes_data"]:
                if not tax_data["is_reverse_charge"]:
                    for kind in (f"base_amount{suffix}", f"tax_amount{suffix}"):
                        amounts[tax_data["tax"].id, kind] = tax_data[kind]
        return amounts

    def combine(self, function, *others):
        """``function`` of the amounts of this and the others, kind by kind; zero where
        one has none."""
        keys = dict.fromkeys([*self, *(key for other in others for key in other)])
        return Amounts(
            (key, function(*(each.get(key, 0.0) for each in (self, *others))))
            for key in keys
        )

    def __add__(self, other):
        return self.combine(lambda one, two: one + two, other)

    def __sub__(self, other):
        return self.combine(lambda one, two: one - two, other)

    def __mul__(self, factor):
        return self.combine(lambda amount: amount * factor)

    def at_rate(self, factor):
        """The same in the document's currency, other amounts in the company's."""
        return Amounts(
            (key, amount if is_in_currency(key[1]) else amount * factor)
            for key, amount in self.items()
        )

    def within(self, whole):
        """Each amount between zero and that of ``whole``, which may be negative."""
        return self.combine(_clamp, whole)

    def is_about(self, other, tolerance):
        """Whether no amount differs from the other's by more than ``tolerance``."""
        return all(abs(amount) <= tolerance for amount in (self - other).values())

    def rounded(self, currency, company_currency):
        return Amounts(
            (
                (tax_id, kind),
                (currency if is_in_currency(kind) else company_currency).round(amount),
            )
            for (tax_id, kind), amount in self.items()
        )

    def part(self, is_wanted):
        """The amounts whose kind ``is_wanted`` says yes to."""
        return Amounts(
            (key, amount) for key, amount in self.items() if is_wanted(key[1])
        )

    def without_fixed(self, taxes, whole):
        """All but fixed taxes and what the other taxes are on those.

        :param taxes: of the line
        :param Amounts whole: of the line, that says which part of the base is fixed
        """
        factors, untaxed, fixed = {}, whole.untaxed, 0.0
        for tax in taxes._flatten_taxes_and_sort_them()[0]:
            if tax.amount_type == "fixed":
                factors[tax.id] = 0.0
                if tax.include_base_amount:
                    fixed += whole.get_tax(lambda tax_id, tax=tax: tax_id == tax.id)
            elif tax.is_base_affected and untaxed + fixed:
                factors[tax.id] = untaxed / (untaxed + fixed)
        return Amounts(
            (key, amount * factors.get(key[0], 1.0))
            for key, amount in self.items()
            if factors.get(key[0], 1.0)
        )

    @property
    def untaxed(self):
        """In the document's currency."""
        return self.get((None, "total_excluded_currency"), 0.0)

    def get_tax(self, is_wanted=lambda tax_id: True):
        """Sum of the taxes that ``is_wanted`` says yes to, by their ids, in the
        document's currency."""
        return sum(
            amount
            for (tax_id, kind), amount in self.items()
            if kind == "tax_amount_currency" and is_wanted(tax_id)
        )

    @property
    def total(self):
        """Taxes included, in the document's currency."""
        return self.untaxed + self.get_tax()

    def to_extra_tax_data(self, computation_key, **line_vals):
        """Value of ``extra_tax_data`` that lets the tax engine take these amounts, as
        long as the line is as it says.

        :param line_vals: ``currency_id``, ``rate``, ``price_unit``, ``discount`` and
            ``quantity`` of the line
        """
        by_tax = {}
        for (tax_id, kind), amount in self.items():
            if tax_id:
                by_tax.setdefault(str(tax_id), {})[kind] = amount
        return {
            "computation_key": computation_key,
            **line_vals,
            "manual_total_excluded_currency": self.untaxed,
            "manual_total_excluded": self.get((None, "total_excluded"), 0.0),
            # Without any tax the engine would not look at the totals.
            "manual_tax_amounts": by_tax or {"0": {}},
        }


def is_in_currency(kind):
    """Whether an amount of that kind is in the currency of the document."""
    return kind.endswith("_currency")


def _clamp(amount, limit):
    low, high = sorted((0.0, limit))
    return min(max(amount, low), high)
