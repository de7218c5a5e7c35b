{#- What every source says about persons, one below the other. Not every vendor knows a birth date, a street, an
    organisation or a national id: stg_<vendor>__persons leaves out what its vendor does not tell, and it is NULL. -#}
{% macro union_persons(sources) %}{{ adapter.dispatch('union_persons')(sources) }}{% endmacro %}

{% macro optional_person_columns() -%}
    {{ return(['organisation_name', 'birth_date', 'street', 'national_id']) }}
{%- endmacro %}

{% macro default__union_persons(sources) -%}
    select
        {% for column in optional_person_columns() -%}
            cast(null as {{ dbt.type_string() }}) as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    where false
    {% for source in sources -%}
        union all by name select * from {{ ref('stg_' ~ source ~ '__persons') }}
    {% endfor %}
{%- endmacro %}

{#- Spark has no union by name in SQL: the columns are looked up when the model runs. -#}
{% macro spark__union_persons(sources) -%}
    {%- for source in sources -%}
        {%- set relation = ref('stg_' ~ source ~ '__persons') -%}
        {%- set told = adapter.get_columns_in_relation(relation) | map(attribute='name') | list if execute else [] -%}
        select
            {% for column in told | reject('in', optional_person_columns()) | sort -%} {{ column }}, {% endfor %}
            {% for column in optional_person_columns() -%}
                {% if column in told %}cast({{ column }} as string){% else %}cast(null as string){% endif %} as {{ column }}
                {%- if not loop.last %}, {% endif %}
            {% endfor %}
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{%- endmacro %}
