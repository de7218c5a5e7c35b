{#-
    The staged rows of one raw table, as row_ends.sql declares them, beside what they became. `facts` names for each fact its
    reference, its customer, its relation and whether several of its rows share a reference.
-#}
{% macro followed_rows(source, resource, told, facts) %}
{%- set text = dbt.type_string() %}
{%- set model = told.get('model', resource) %}
{%- set becomes = told.get('fact', 'customer_records').split(', ') %}
{%- set names = told.get('names', 'cast(null as ' ~ text ~ ')') %}
{%- if 'people' in told %}
    {%- set names = node_id(source, resource, told.people) %}
{%- elif 'of' in told %}
    {%- set names = node_id(source, told.of[0], told.of[1:]) %}
{%- endif %}
select
    '{{ source }}' as source,
    '{{ resource }}' as resource,
    told.fact,
    case when ends.reference is null then told.cause end as cause,
    ends.reference is not null as is_found,
    ends.customer_id is not null as is_of_customer,
    told.node_id is not null as names_somebody,
    -- whoever names a customer and is not theirs has lost them: only such rows are looked up
    case when ends.customer_id is null and (ends.reference is not null or told.cause is null) then told.node_id end as asked_node_id,
    sum(told.row_count) as row_count
from (
    {% if 'counted' in told -%}
    {{ with_models(told.counted) }}
    {%- else -%}
    select
        {{ told.get('fact_by', "'" ~ becomes[0] ~ "'") }} as fact,
        {{ told.get('key', names) }} as reference,
        {% if told.get('left_out') -%}
        case
            {%- for cause, condition in told.left_out.items() %}
            when {{ condition }} then '{{ cause }}'
            {%- endfor %}
        end as cause,
        {%- else -%}
        cast(null as {{ text }}) as cause,
        {%- endif %}
        {{ names }} as node_id,
        1 as row_count
    from {{ with_models(told.get('from', '@stg_' ~ source ~ '__' ~ model)) }} as staged
    {%- endif %}
) as told
left join (
    {%- for fact in becomes %}
    {%- set reference, customer, relation, is_shared = facts[fact] %}
    select
        '{{ fact }}' as fact,
        {{ reference }} as reference,
        {{ 'max(' ~ customer ~ ')' if is_shared else customer }} as customer_id
    from {{ relation }}
    where source = '{{ source }}'
    {%- if is_shared %}
    group by {{ reference }}
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as ends
    on told.reference = ends.reference{% if becomes | length > 1 %} and told.fact = ends.fact{% endif %}
group by all
{% endmacro %}


{#- @name as the relation of the model of that name. -#}
{% macro with_models(sql) -%}
    {%- set told = namespace(sql=sql) -%}
    {%- for name in modules.re.findall('@([a-z0-9_]+)', sql) | unique -%}
        {%- set told.sql = modules.re.sub('@' ~ name ~ '(?![a-z0-9_])', ref(name) | string, told.sql) -%}
    {%- endfor -%}
    {{ told.sql }}
{%- endmacro %}
