{#- The mailbox an address delivers to: lower case, without +tag, without the dots Gmail ignores; NULL when it is no
    address. -#}
{% macro clean_email(expression) -%}
    {%- set written = "lower(trim(" ~ expression ~ "))" -%}
    {%- set address = "(case when " ~ written ~ " like 'mailto:%' then substr(" ~ written ~ ", 8) else " ~ written ~ " end)" -%}
    {%- set mailbox = "split_part(split_part(" ~ address ~ ", '@', 1), '+', 1)" -%}
    {%- set domain = "split_part(" ~ address ~ ", '@', 2)" -%}
    case
        when not {{ matches(address, '^[^@ +][^@ ]*@[^@ ]+[.][a-z0-9-]+$') }} then null
        when {{ address }} like '%@gmail.com' or {{ address }} like '%@googlemail.com'
            then replace({{ mailbox }}, '.', '') || '@gmail.com'
        when {{ address }} like '%+%@%' then {{ mailbox }} || '@' || {{ domain }}
        else {{ address }}
    end
{%- endmacro %}
