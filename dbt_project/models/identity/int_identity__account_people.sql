with

account_people as (

    {% for source in var('account_sources', ['hubspot']) -%}
        select
            account_key,
            node_id
        from {{ ref('stg_' ~ source ~ '__account_people') }}
        {% if not loop.last %}union all{% endif %}
    {% else -%}
        select
            cast(null as {{ dbt.type_string() }}) as account_key,
            cast(null as {{ dbt.type_string() }}) as node_id
        where false
    {% endfor %}

)

select distinct
    account_key,
    node_id
from account_people
where account_key is not null and node_id is not null
