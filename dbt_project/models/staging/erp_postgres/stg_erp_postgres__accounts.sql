with

organisations as (

    select * from {{ ref('stg_erp_postgres__partners') }}
    where is_company and not is_deleted

),

countries as (

    select * from {{ ref('stg_erp_postgres__countries') }}

),

accounts as (

    select
        'erp_postgres:' || organisations.partner_id as account_key,
        'erp_postgres' as source,
        organisations.name,
        {{ web_domain('organisations.website') }} as domain,
        organisations.vat_number as registry_id,
        countries.country_code as country,
        cast(null as {{ dbt.type_string() }}) as industry,
        'erp_postgres:' || organisations.parent_id as parent_key
    from organisations
    left join countries on organisations.country_id = countries.country_id

)

select * from accounts
