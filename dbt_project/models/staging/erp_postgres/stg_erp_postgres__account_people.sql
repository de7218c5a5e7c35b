with

partners as (

    select * from {{ ref('stg_erp_postgres__partners') }}
    where not is_deleted

),

account_people as (

    select
        'erp_postgres:' || organisations.partner_id as account_key,
        {{ node_id('erp_postgres', 'partners', ['persons.partner_id']) }} as node_id
    from partners as persons
    inner join partners as organisations on persons.parent_id = organisations.partner_id
    where not persons.is_company and persons.partner_type = 'contact' and organisations.is_company

)

select * from account_people
