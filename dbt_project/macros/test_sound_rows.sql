{#-
    One test for what every row of a table has to keep, so that a table is read once: the columns of `grain` together
    name one row, those of `never_null` are filled, and each column in `one_of` holds one of its values or nothing.
    A failing row says which rule it breaks, and its grain.
-#}
{% test sound_rows(model, grain=[], never_null=[], one_of={}) %}

{%- set named = (grain | join(', ') ~ ', ') if grain else '' %}

with

rule_by_row as (

    select
        {{ named }}
        case
            when false then ''
            {%- for column in never_null %}
            when {{ column }} is null then '{{ column }} is null'
            {%- endfor %}
            {%- for column, values in one_of.items() %}
            when {{ column }} not in ('{{ values | join("', '") }}') then '{{ column }} is no known value'
            {%- endfor %}
        end as broken_rule
    from {{ model }}

)

select * from rule_by_row
where broken_rule is not null
{%- if grain %}
union all
select
    {{ named }}
    'the grain is not unique' as broken_rule
from {{ model }}
group by {{ grain | join(', ') }}
having count(*) > 1
{%- endif %}

{% endtest %}
