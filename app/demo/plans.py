"""What the demonstration factory plans: who answers for it, projects along the six paths, targets, three clean years.

Some projects have no expected reduction and one record of the last three years is not declared: a dossier shows such gaps.
"""

from __future__ import annotations

from collections.abc import Mapping

ORGANISATION: Mapping[str, str] = {
    "leader": "总经理",
    "department": "能源管理部",
    "contact": "能源管理员，见申报系统登记",
}

_PROJECT_KEYS = ("path", "name", "description", "start", "finish", "investment_wan_yuan", "reduction_tco2", "owner")

PROJECTS: tuple[tuple[str, ...], ...] = (
    ("accounting", "碳排放核算制度修订", "明确数据采集、复核和留存的岗位分工，按月形成核算底稿", "2026年1月", "2026年6月", "", "", "能源管理部"),
    ("source", "屋顶分布式光伏扩建", "利用新建厂房屋面扩建光伏，所发电量厂内优先消纳", "2026年3月", "2026年12月", "1280", "1850", "设备动力部"),
    ("source", "绿电交易扩容", "与售电公司签订中长期绿电交易合同，逐月核销", "2026年1月", "2027年12月", "", "6900", "能源管理部"),
    ("source", "厂内叉车和作业车辆电动化", "以电动叉车替换柴油叉车，配套充电设施", "2026年4月", "2027年6月", "96", "20", "物流部"),
    ("process", "空压站群控与余热回收", "空压机群控调节，回收余热用于生活热水，减少外购蒸汽", "2026年5月", "2026年11月", "210", "640", "设备动力部"),
    ("process", "低效电动机更新", "把未达到现行最高能效等级的电动机更换为高效永磁电动机", "2026年7月", "2027年3月", "58", "95", "设备动力部"),
    ("process", "涂布烘箱热泵替代", "以高温热泵替代部分蒸汽加热，降低外购热力", "2027年1月", "2028年6月", "860", "980", "工艺部"),
    ("chain", "主要供应商碳数据收集", "对主要正极材料和铝箔供应商收集产品碳足迹数据", "2026年6月", "2027年12月", "", "", "采购部"),
    ("digital", "能碳管理中心智能决策模块", "在现有能碳管理中心增加负荷预测和优化调度功能", "2026年9月", "2027年5月", "120", "", "信息部"),
    ("offset", "零碳工厂建设报告定期发布", "每年编制并公开零碳工厂建设报告和产品碳足迹信息", "2026年6月", "2026年12月", "", "", "能源管理部"),
)  # fmt: skip

_TARGET_KEYS = ("name", "year", "value", "unit")

TARGETS: tuple[tuple[str, ...], ...] = (
    ("二氧化碳排放总量较基准年下降", "2027年", "55", "%"),
    ("二氧化碳排放总量较基准年下降", "2030年", "85", "%"),
    ("可再生能源使用比例", "2027年", "75", "%"),
    ("可再生能源使用比例", "2030年", "95", "%"),
    ("电动机达到现行最高能效等级的比例", "2027年", "100", "%"),
    ("重点产品碳足迹较基准年下降", "2030年", "30", "%"),
)


def plan_rows() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """(section of the profile, its values) in the order they are written; what is not given is left out."""
    return (
        ("organisation", ORGANISATION),
        *(("[[projects]]", _row(_PROJECT_KEYS, row)) for row in PROJECTS),
        *(("[[targets]]", _row(_TARGET_KEYS, row)) for row in TARGETS),
    )


def _row(keys: tuple[str, ...], values: tuple[str, ...]) -> Mapping[str, str]:
    return {key: value for key, value in zip(keys, values, strict=True) if value}
