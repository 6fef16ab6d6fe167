from odoo.tests import TransactionCase, tagged

from odoo.addons.sale_return_mgmt.tests.common_translations import TranslationsMixin


@tagged("native", "post_install", "-at_install")
class TestDeliveryTranslations(TranslationsMixin, TransactionCase):
    module = "sale_return_mgmt_delivery"
