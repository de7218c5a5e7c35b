{#- The mailbox an address delivers to: lower case, without +tag, without the dots Gmail ignores; NULL when it is no
    address. -#}
{% macro clean_email(expression) -%}
    {%- set address = replace_all("lower(trim(" ~ expression ~ "))", '^mailto:', '') -%}
    {%- set mailbox = "split_part(split_part(" ~ address ~ ", '@', 1), '+', 1)" -%}
    {%- set domain = "split_part(" ~ address ~ ", '@', 2)" -%}
    case
        when not {{ matches(address, '^[^@ ]+@[^@ ]+[.][a-z0-9-]+$') }} or {{ mailbox }} = '' then null
        when {{ domain }} in ('gmail.com', 'googlemail.com')
            then replace({{ mailbox }}, '.', '') || '@gmail.com'
        else {{ mailbox }} || '@' || {{ domain }}
    end
{%- endmacro %}
