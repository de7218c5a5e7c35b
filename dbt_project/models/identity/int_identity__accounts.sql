{{ config(materialized='view') }}

-- What every source says about organisations, one below the other.

with

country_spellings as (

    select * from {{ ref('int_identity__country_spellings') }}

),

told as (

    {% for source in var('account_sources', ['hubspot']) -%}
        select
            account_key,
            source,
            name,
            domain,
            registry_id,
            country,
            industry,
            parent_key
        from {{ ref('stg_' ~ source ~ '__accounts') }}
        {% if not loop.last %}union all{% endif %}
    {% else -%}
        select
            cast(null as {{ dbt.type_string() }}) as account_key,
            cast(null as {{ dbt.type_string() }}) as source,
            cast(null as {{ dbt.type_string() }}) as name,
            cast(null as {{ dbt.type_string() }}) as domain,
            cast(null as {{ dbt.type_string() }}) as registry_id,
            cast(null as {{ dbt.type_string() }}) as country,
            cast(null as {{ dbt.type_string() }}) as industry,
            cast(null as {{ dbt.type_string() }}) as parent_key
        where false
    {% endfor %}

),

accounts as (

    select
        told.account_key,
        told.source,

        told.name,
        told.domain,
        told.registry_id,
        told.industry,
        country_spellings.country_code,

        told.parent_key

    from told
    left join country_spellings on lower(trim(told.country)) = country_spellings.spelling

)

select * from accounts
