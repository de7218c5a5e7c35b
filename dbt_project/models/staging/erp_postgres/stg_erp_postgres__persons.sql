with

partners as (

    select * from {{ ref('stg_erp_postgres__partners') }}

),

countries as (

    select * from {{ ref('stg_erp_postgres__countries') }}

),

persons as (

    select
        {{ node_id('erp_postgres', 'partners', ['partners.partner_id']) }} as node_id,
        'erp_postgres' as source,
        'partners' as resource,
        {{ record_key(['partners.partner_id']) }} as record_key,

        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as {{ dbt.type_string() }}) as family_name,
        partners.name as full_name,
        partners.email,
        partners.phone,
        partners.mobile_phone,
        cast(null as {{ dbt.type_string() }}) as social_handle,
        partners.city,
        partners.postal_code,
        countries.country_code as country,
        cast(null as {{ dbt.type_string() }}) as acquisition_source,

        false as is_reference,
        partners.is_deleted,
        false as is_opted_out,
        false as is_test,

        cast(null as {{ type_instant() }}) as lead_created_at,
        partners.created_at as first_seen_at,
        partners.written_at as last_seen_at

    from partners
    left join countries on partners.country_id = countries.country_id
    -- the other types are addresses of somebody who has a record of their own
    where not partners.is_company and partners.partner_type = 'contact'

)

select * from persons
