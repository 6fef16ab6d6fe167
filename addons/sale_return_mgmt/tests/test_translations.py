from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SaleReturnCommon
from .common_translations import TranslationsMixin


@tagged("native", "post_install", "-at_install")
class TestTranslations(TranslationsMixin, SaleReturnCommon):
    module = "sale_return_mgmt"
    international = {"ID", "RET/2026/00001"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._load_chinese()
        cls.users["manager"].lang = "zh_CN"

    def _as_chinese(self, records):
        """The records as a Chinese manager's client asks for them."""
        records = self._as("manager", records)
        return records.with_context(**records.env["res.users"].context_get())

    def test_labels(self):
        fields = self._as_chinese(self.env["sale.return.order"]).fields_get(["state"])
        self.assertEqual(fields["state"]["string"], "状态")
        self.assertEqual(
            dict(fields["state"]["selection"]),
            {
                "draft": "草稿",
                "submitted": "待批准",
                "approved": "已批准",
                "done": "已完成",
                "rejected": "已驳回",
                "cancelled": "已取消",
            },
        )

    def test_button(self):
        view = self._as_chinese(self.env["sale.return.order"]).get_view(
            view_type="form"
        )
        [button] = etree.fromstring(view["arch"]).xpath(
            "//header/button[@name='action_withdraw']"
        )
        self.assertEqual(button.get("string"), "撤回")

    def test_error(self):
        return_order = self._as_chinese(self.env["sale.return.order"]).create(
            {"partner_id": self.customer.id}
        )
        with self.assertRaisesRegex(UserError, "没有退货明细：请添加要退回的商品。"):
            return_order.action_submit()

    def test_data(self):
        self.assertEqual(self._as_chinese(self.reason).name, "不再需要")

    def test_operation_type_and_location_of_a_new_warehouse(self):
        warehouse = (
            self.env["stock.warehouse"]
            .with_context(lang="zh_CN")
            .create({"name": "上海", "code": "SH"})
        )
        self.assertEqual(warehouse.sale_return_type_id.name, "退货")
        english = warehouse.with_context(lang="en_US")
        self.assertEqual(english.sale_return_type_id.name, "Returns")
        self.assertEqual(warehouse.sale_return_location_id.name, "SH 退货待检区")

    def test_operation_types_are_named_in_a_language_that_comes_later(self):
        chinese = self.warehouse.sale_return_type_id.with_context(lang="zh_CN")
        renamed = self.env["stock.warehouse"].create({"name": "North", "code": "NOR"})
        renamed = renamed.sale_return_type_id.with_context(lang="zh_CN")
        chinese.name, renamed.name = "Returns", "旧货"
        module = self.env.ref("base.module_sale_return_mgmt")
        module._update_translations(["zh_CN"])
        self.assertEqual(chinese.name, "退货")
        self.assertEqual(renamed.name, "旧货")
