"""Bodies and errors of /api/v1 as the OpenAPI document describes them. Descriptions are Chinese: integrators read them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.domain.plain import to_plain


def _about(text: str) -> ConfigDict:
    return ConfigDict(json_schema_extra={"description": text})


class ProfileIn(BaseModel):
    model_config = _about("项目档案")
    profile_toml: str = Field(description="项目档案的 TOML 文本")


class ReviewIn(BaseModel):
    model_config = _about("核对决定；各项都可省略")
    confirm_clean: bool = Field(False, description="确认全部校验通过的记录")
    confirm: list[str] = Field([], description="逐条确认的记录编号")
    correct: dict[str, dict[str, str]] = Field({}, description="记录编号 → {项目: 新值}，例如 {\"…-r1\": {\"quantity\": \"1234.5\"}}")
    reject: dict[str, str] = Field({}, description="记录编号 → 否决原因")
    why: str = Field("", description="更正的原因")


class QuestionIn(BaseModel):
    model_config = _about("问题")
    question: str = Field(description="问题", max_length=2000)
    project: str | None = Field(None, description="项目编号；给出时可问本项目的数据")
    region: str | None = Field(None, description="地区，例如 安徽")
    scheme: str | None = Field(None, description="申报方案")


class DraftIn(BaseModel):
    model_config = _about("起草范围")
    sections: list[str] = Field([], description="只写这些章节；空为全部")


class ModelSettingsIn(BaseModel):
    model_config = _about("语言模型")
    base_url: str = Field("", description="OpenAI 兼容接口的地址，例如 http://localhost:11434/v1")
    model: str = Field("", description="模型名称")
    api_key: str | None = Field(None, description="密钥；省略为不改，空为删除。取不回来")


class Problem(BaseModel):
    model_config = _about("错误")
    id: str = Field(description="错误编号")
    message: str = Field(description="出了什么问题")
    fix: str = Field(description="怎么办")
    subject: str = Field("", description="所涉的文件、记录或参数")


class ProblemOut(BaseModel):
    model_config = _about("出错时的回答")
    error: Problem


PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ProblemOut, "description": "出错"}}


def result(value: Any, status: int = 200) -> Response:
    """Any value of the domain as the JSON of the contract."""
    return JSONResponse(to_plain(value), status_code=status)
