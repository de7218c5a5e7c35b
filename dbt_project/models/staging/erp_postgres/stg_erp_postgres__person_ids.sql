with

persons as (

    select * from {{ ref('stg_erp_postgres__partners') }}
    where not is_company and partner_type = 'contact'

),

own_ids as (

    select
        partner_id,
        'odoo_partner_id' as identifier_type,
        cast(partner_id as {{ dbt.type_string() }}) as identifier_value,
        true as is_issuer
    from persons

),

erp_numbers as (

    select
        partner_id,
        'erp_customer_number' as identifier_type,
        reference as identifier_value,
        false as is_issuer
    from persons
    where reference is not null

),

person_ids as (

    select * from own_ids
    union all
    select * from erp_numbers

),

keyed as (

    select
        {{ node_id('erp_postgres', 'partners', ['partner_id']) }} as node_id,
        identifier_type,
        identifier_value,
        is_issuer
    from person_ids

)

select * from keyed
