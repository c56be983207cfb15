"""Chinese names in numbers: surnames, characters of given names by sex and birth cohort, and how clerks misspell them.

Surname shares follow the Ministry of Public Security's yearly reports on names (per thousand of the population);
the order inside the pools of given names follows the same reports' lists by decade. They are statistics of the
country, not of one city: a city shifts them in its ``synthetic.yaml``.
"""

from __future__ import annotations

SURNAMES: tuple[tuple[str, float], ...] = (
    *zip("王李张刘陈杨黄赵吴周", (72, 72, 68, 54, 45, 31, 22, 23, 20, 21), strict=True),
    *zip("徐孙马朱胡郭何林高罗", (17, 15, 13, 12, 13, 11.5, 11, 11, 10, 9), strict=True),
    *zip("郑梁谢宋唐许韩邓冯曹", (9, 8.5, 8, 8, 7, 7, 6.8, 6.5, 6.4, 6), strict=True),
    *zip("彭曾肖田董潘袁蔡蒋余", (5.6, 5.5, 5.4, 5.3, 5.2, 5, 5, 4.8, 4.7, 4.7), strict=True),
    *zip("于杜叶程魏苏吕丁任沈", (4.8, 4.6, 4.4, 4.4, 4.4, 4.3, 4.2, 4.1, 4, 3.9), strict=True),
    *zip("姚卢姜崔钟谭陆范汪廖", (3.8, 3.7, 3.7, 3.6, 3.5, 3.4, 3.3, 3.3, 3.1, 3), strict=True),
    *zip("石金贾韦夏付方白邹孟", (2.9, 3, 2.9, 2.4, 2.8, 2.8, 2.7, 2.7, 2.6, 2.6), strict=True),
    *zip("熊秦邱江尹薛闫段雷侯", (2.5, 2.5, 2.4, 2.4, 2.3, 2.3, 2.4, 2.2, 2.2, 2.2), strict=True),
    *zip("龙史陶黎贺顾毛郝龚邵", (2.1, 2.1, 2, 2, 2, 2, 1.9, 1.9, 1.9, 1.9), strict=True),
    *zip("万钱严覃武戴莫孔向汤", (1.8, 1.7, 1.7, 1.7, 1.7, 1.7, 1.6, 1.5, 1.5, 1.5), strict=True),
    *zip("常温康施文牛樊葛邢安", (1.4, 1.4, 1.4, 1.3, 1.3, 1.3, 1.2, 1.2, 1.2, 1.1), strict=True),
    *zip("齐易乔庞颜倪庄聂章鲁", (1.1, 1.1, 1.1, 1.1, 1, 1, 1, 0.9, 0.9, 0.9), strict=True),
    *zip("岳翟殷詹申耿关兰焦柳", (0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7, 0.7, 0.7), strict=True),
    *zip("左甘祝包宁尚符舒阮柯", (0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.5, 0.5, 0.5, 0.5), strict=True),
    *zip("单曲毕苗霍佟朴那栾宫", (0.4, 0.4, 0.4, 0.4, 0.4, 0.2, 0.3, 0.1, 0.2, 0.3), strict=True),
    ("欧阳", 0.6), ("上官", 0.1), ("司马", 0.05), ("诸葛", 0.03), ("慕容", 0.02), ("令狐", 0.02),
)  # fmt: skip

GROUP_SURNAMES: dict[str, str] = {
    "10": "金李朴崔郑姜赵尹张林韩申",
    "11": "关佟赵王李富那傅白刘张金郎何",
    "02": "白包王李宝吴韩马陈",
    "03": "马王杨张李白丁沙",
}
"""Surnames frequent in an ethnic group (GB/T 3304 code)."""

COHORTS = (1950, 1966, 1980, 1995, 2010)
"""First birth years of the cohorts after the first."""

GIVEN: dict[tuple[int, int], str] = {
    (1, 0): "德福贵玉国文振永春学世凤忠庆有长明清元俊志树宝海林财山成发祥江生荣华连义仁显景广兴绍士",
    (2, 0): "秀英淑兰桂珍玉凤芝荣琴芬霞云清莲香翠素华梅春芳珠贤娥菊爱金月彩静惠文喜敏",
    (1, 1): "国建志明文永海福春德庆玉军伟林生华东山江成光忠义利新民平祥学宝振贵树忠长胜宏刚",
    (2, 1): "秀玉桂淑英兰华芳珍梅凤云丽荣霞琴敏艳萍红春香芬莲杰晶琳燕洁文清雅波娟",
    (1, 2): "伟军勇强刚斌波涛辉杰鹏飞海东宏峰志国明超磊亮建立庆文彬平洋宇春晓光新民林",
    (2, 2): "丽艳霞红敏静英华梅玲燕娟秀萍云芳洁晶颖辉春琳波晓雪凤杰淑媛欣莹娜双岩",
    (1, 3): "磊洋超鹏伟宇浩强杰涛凯飞亮龙旭明俊帅阳博健鑫晨宁岩峰志文天成思佳家铭晓冬",
    (2, 3): "丹娜婷静雪莹晶颖佳琳倩媛楠洋爽欣慧蕾瑶雨晓文月思婧薇鑫璐萌诗梦琪岩双",
    (1, 4): "宇浩博天泽子俊鑫文佳明嘉晨旭昊思铭睿航轩家奕凯阳瑞皓一涵霖然哲翔琪楠恒",
    (2, 4): "佳雨欣思梦诗子琪涵怡婷馨宇文一嘉雪瑶萱颖彤雅晨可心悦钰语静楠珊妍冰月",
    (1, 5): "子宇浩泽一梓轩皓铭沐俊睿辰奕博诺宸嘉佑翊煜航恩骏晨景瑞言安承尧晏川骁瀚",
    (2, 5): "一梓子诗涵雨欣悦语若沐芷可瑶妍汐彤诺晨依桐怡萱颜初昕予琪苒念星橙嘉桃禾",
}
"""(sex by GB/T 2261.1, cohort) → characters, most frequent first."""

SINGLE_SHARE = (0.10, 0.12, 0.34, 0.36, 0.14, 0.05)
"""Share of given names of one character, by cohort."""

WHOLE_NAMES: dict[tuple[int, int], tuple[str, ...]] = {
    (1, 1): ("建国", "建华", "国庆", "志强", "建军"),
    (2, 1): ("桂英", "秀兰", "淑华", "玉梅", "丽华"),
    (1, 5): ("浩宇", "浩然", "宇轩", "子轩", "梓睿", "沐宸", "奕辰", "一诺"),
    (2, 5): ("梓涵", "一诺", "欣怡", "诗涵", "可欣", "雨桐", "若汐", "语桐"),
}
"""Names in fashion, given whole; this is where persons of one name come from."""

RARE = "喆堃婧淼翀曌燚祎珺堉玥玚䶮㛃"
"""Characters that older systems could not store; the last two are outside GBK."""

FOREIGN_SOUNDING = ("其其格", "巴特尔", "乌兰图雅", "阿依古丽·买买提", "那日苏", "萨仁·高娃", "古丽娜尔·艾山")
"""Names without a Chinese surname, some with the separation dot U+00B7."""

FOREIGN_GROUPS = ("02", "05")

HOMOPHONES = dict(
    zip(
        "伟丽军静敏杰婷萍霞玉芳涛辉燕洁玲英华娟红明志强文海建国永春庆佳欣琪雨子轩涵梓浩宇晨莹颖丹",
        "炜莉君婧闽洁亭平侠郁方滔晖艳杰铃瑛桦鹃宏铭智蔷雯亥健帼勇椿清嘉馨琦宇梓宣函子皓雨辰盈影旦",
        strict=True,
    )
)
VARIANTS = dict(
    zip(
        "张刘陈赵杨国华东龙伟丽刚军凤兰云红宝庆荣学飞卫闫肖付于吕强杰岩娴婵峰群",
        "張劉陳趙楊國華東龍偉麗剛軍鳳蘭雲紅寶慶榮學飛衛阎萧傅於呂強傑巖嫻嬋峯羣",
        strict=True,
    )
)
"""Traditional and variant forms of the same character."""

TAIL: dict[int, str] = {
    1: (
        "安柏邦宝炳昌诚川达丹道登殿鼎冬恩发帆方丰锋富冈光桂海涵和恒弘洪厚欢焕纪济继骥坚剑锦敬靖炯炬均君钧凯康"
        "科克奎坤兰乐礼立良亮林霖麟满茂民铭木楠年培琦启谦乔钦勤清泉群仁荣瑞润森善韶申声圣石守书舒松泰腾天庭通"
        "维武希熙祥晓孝效心信兴雄旋学逊延彦杨耀业毅寅英颖庸勇佑宇玉裕元远岳云允运蕴泽展哲贞震政之直中洲壮卓宗"
        "祖"
    ),
    2: (
        "蔼安白蓓碧冰伯彩婵朝琛春纯翠丹黛冬娥芳菲枫芙歌格冠光桂果海寒禾荷虹花环卉慧蕙佳娇金锦京荆菁晶璟菊君俊"
        "珂岚兰蓝乐蕾黎莉荔莲良林玲菱柳露璐洛曼玫眉美蒙米苗妙名茉沐宁凝盼佩萍蒲绮茜俏沁青清情晴秋蕊润莎珊尚韶"
        "诗姝舒霜水思丝素桃甜恬宛婉薇维文汶雯舞希曦夏仙娴湘响箫晓笑杏秀旭轩雅妍言艳雁燕瑶叶怡艺毅茵音吟银莹咏"
        "优悠友语郁媛缘月悦筠允韵枝知芷志竹珠姿"
    ),
}
"""The long tail of characters, taken with equal chance."""
