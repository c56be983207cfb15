"""Units by UN/CEFACT common code (Recommendation 20), as NGSI-LD's ``unitCode`` writes them. Currencies by ISO 4217."""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Unit:
    """``symbol`` stands behind a number in English, ``title.zh`` in Chinese."""

    code: str
    symbol: str
    title: Text


_TABLE = """
MTR m 米 metre
KMT km 千米 kilometre
CMT cm 厘米 centimetre
MMT mm 毫米 millimetre
MTK m² 平方米 square_metre
KMK km² 平方千米 square_kilometre
HAR ha 公顷 hectare
MTQ m³ 立方米 cubic_metre
LTR L 升 litre
KGM kg 千克 kilogram
GRM g 克 gram
TNE t 吨 tonne
GQ μg/m³ 微克/立方米 microgram_per_cubic_metre
GP mg/m³ 毫克/立方米 milligram_per_cubic_metre
M1 mg/L 毫克/升 milligram_per_litre
59 ppm ppm part_per_million
CEL °C ℃ degree_Celsius
KEL K 开尔文 kelvin
P1 % % percent
DD ° 度 degree
PAL Pa 帕 pascal
A97 hPa 百帕 hectopascal
KPA kPa 千帕 kilopascal
MPA MPa 兆帕 megapascal
BAR bar 巴 bar
MTS m/s 米/秒 metre_per_second
KMH km/h 千米/时 kilometre_per_hour
MQS m³/s 立方米/秒 cubic_metre_per_second
MQH m³/h 立方米/时 cubic_metre_per_hour
G51 L/s 升/秒 litre_per_second
VLT V 伏 volt
AMP A 安 ampere
WTT W 瓦 watt
KWT kW 千瓦 kilowatt
MAW MW 兆瓦 megawatt
KWH kWh 千瓦时 kilowatt_hour
GV GJ 吉焦 gigajoule
HTZ Hz 赫兹 hertz
2N dB 分贝 decibel
LUX lx 勒克斯 lux
SEC s 秒 second
MIN min 分 minute
HUR h 小时 hour
DAY d 天 day
WEE wk 周 week
MON mo 月 month
ANN a 年 year
C62 1 个 one
IE 人 人 person
CNY CNY 元 yuan
USD USD 美元 US_dollar
"""

UNITS: dict[str, Unit] = {
    code: Unit(code, symbol, Text(zh=zh, en=en.replace("_", " ")))
    for code, symbol, zh, en in (line.split(" ") for line in _TABLE.strip().splitlines())
}


def unit(code: str) -> Unit:
    """The unit; a code that is not listed stands for itself."""
    return UNITS.get(code) or Unit(code, code, Text(zh=code, en=code))


def behind(code: str) -> Text:
    """What is written behind a number; nothing for none and for plain counts."""
    if not code or code == "C62":
        return Text(zh="", en="")
    found = unit(code)
    return Text(zh=found.title.zh, en=found.symbol)
