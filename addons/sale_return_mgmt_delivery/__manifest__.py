{
    "name": "Sales Returns with Delivery Charges",
    "summary": "A fully returned order is refunded its delivery charge",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Returns Contributors",
    "website": "https://github.com/sale-return-mgmt/sale-return-mgmt",
    "license": "LGPL-3",
    "depends": ["sale_return_mgmt", "delivery"],
    "data": [
        "security/ir.model.access.csv",
        "views/sale_return_order_views.xml",
        "views/sale_return_policy_views.xml",
    ],
    "auto_install": True,
}
