"""What people of the pictures are called and write, in both languages."""

# XML ID of the demo data -> its name in Chinese; in English it has one already.
NAMES = {
    "base.main_company": "云杉家居",
    "base.user_admin": "管理员",
    "stock.warehouse0": "主仓库",
    "sale_return_mgmt.user_return_viewer": "林若兰",
    "sale_return_mgmt.user_return_clerk": "何佳",
    "sale_return_mgmt.user_return_approver": "欧建国",
    "sale_return_mgmt.user_return_warehouse": "张伟",
    "sale_return_mgmt.user_return_manager": "施敏",
    "sale_return_mgmt.user_return_customer": "何丽",
    "sale_return_mgmt.partner_harbour": "海港灯饰",
    "sale_return_mgmt.partner_larkspur": "飞燕酒店",
    "sale_return_mgmt.product_lamp": "极光阅读灯",
    "sale_return_mgmt.product_table": "橡木边桌",
    "sale_return_mgmt.product_blanket": "北欧羊毛毯",
    "sale_return_mgmt.product_vase": "手工吹制花瓶",
    "sale_return_mgmt.sale_return_policy_glass": "玻璃制品须质检",
    "sale_return_mgmt.sale_return_policy_furniture": "家具重新包装收手续费",
}

# Product -> what is scanned.
BARCODES = {
    "lamp": "4006381333931",
    "table": "4006381333948",
    "blanket": "4006381333955",
    "vase": "4006381333962",
}

# Operation types are named in the language of who installs.
TYPES = {"Manufacturing": "制造"}

TEXTS = {
    "en_US": {
        "flickers": "Flickers when dimmed",
        "colour": "Colour differs from the catalogue",
        "leg": "Cracked leg, carton was dented",
        "dented": "The shade is dented",
        "crack": "Hairline crack",
        "instructions": "<p>Hold it against the light: what has a hairline crack is "
        "scrapped.</p>",
        "furniture": "<p>If you no longer want your furniture we keep 15 % for "
        "packing it anew.</p>",
        "rejection": "The table shows marks of use.",
        "grant": "One is scratched, the other was used.",
        "fee": "The boxes were opened.",
        "proof": "It should arrive tomorrow.",
        "proof_file": "bank-confirmation.pdf",
        "close": "The customer keeps the rest.",
        "refused_policy": "Clearance does not come back",
        "candle": "Clearance Candle",
        "helper": "Sam Becker",
        "lamp": "lamp",
        "blanket": "blanket",
        "table": "table",
        "carton": "carton",
        "override": "A good customer; the sales manager agreed.",
        "name_approver": "Daniel is on holiday.",
        "freight": "Freight, paid by us",
        "mail_subject": "Broken lamps,",
        "mail": "Hello, two lamps flicker when dimmed. Can I send them back?",
        "rated": "Quick and friendly, the money came the next day.",
    },
    "zh_CN": {
        "flickers": "调光时闪烁",
        "colour": "颜色与目录不符",
        "leg": "桌腿开裂，外箱有凹痕",
        "dented": "灯罩有凹痕",
        "crack": "有细裂纹",
        "instructions": "<p>对着光检查：有细裂纹的一律报废。</p>",
        "furniture": "<p>您不再需要的家具，我们扣留 15 % 作为重新包装的费用。</p>",
        "rejection": "桌面有使用痕迹。",
        "grant": "一件有划痕，另一件已使用。",
        "fee": "包装已拆开。",
        "proof": "预计明天到账。",
        "proof_file": "银行回单.pdf",
        "close": "其余的客户留用。",
        "refused_policy": "清仓商品不退",
        "candle": "清仓蜡烛",
        "helper": "贝山姆",
        "lamp": "台灯",
        "blanket": "毛毯",
        "table": "边桌",
        "carton": "外箱",
        "override": "老客户，销售经理已同意。",
        "name_approver": "欧建国休假中。",
        "freight": "我方承担的运费",
        "mail_subject": "台灯有问题，订单",
        "mail": "您好，两盏台灯调光时闪烁，可以退货吗？",
        "rated": "处理很快，第二天就收到了退款。",
    },
}
