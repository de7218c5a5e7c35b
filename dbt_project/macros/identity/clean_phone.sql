{#- A phone number as the digits of E.164 (country code first, no plus); NULL when it cannot be one.

    The country's calling code and trunk prefix complete a number written as people dial it at home. An extension
    ("ext. 12", "x12") is dropped; a dash before the last digits is part of the number. -#}
{% macro clean_phone(phone, calling_code, trunk_prefix) -%}
    {%- set written = replace_all("lower(" ~ phone ~ ")", '(ext[.]?|x|#|;).*$', '') -%}
    {%- set international = matches("trim(" ~ phone ~ ")", '^[(]?[+]') -%}
    {%- set without_optional_trunk = replace_all(written, '^([(]?([+]|00).*?)[(]0[)]', '\\1') -%}
    {%- set digits = replace_all(without_optional_trunk, '[^0-9]', '') -%}
    {%- set complete = complete_number(digits, international, calling_code, trunk_prefix) -%}
    case when length({{ complete }}) between 8 and 15 then {{ complete }} end
{%- endmacro %}

{% macro complete_number(digits, international, calling_code, trunk_prefix) -%}
    (case
        when {{ international }} then {{ digits }}
        when {{ digits }} like '00%' then substr({{ digits }}, 3)
        when {{ calling_code }} = '1' and {{ digits }} like '011%' then substr({{ digits }}, 4)
        when {{ trunk_prefix }} <> '' and {{ digits }} like {{ trunk_prefix }} || '%'
            then {{ calling_code }} || substr({{ digits }}, length({{ trunk_prefix }}) + 1)
        else {{ calling_code }} || {{ digits }}
    end)
{%- endmacro %}
