with

contact_companies as (

    select * from {{ ref('stg_hubspot__contact_company_links') }}

),

companies as (

    select * from {{ ref('stg_hubspot__companies') }}
    where not is_deleted

),

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

-- one account each: the primary one, of a live contact, of the contact touched last
customer_accounts as (

    select
        members.customer_id,
        {{ account_id('hubspot', 'contact_companies.company_id') }} as account_id
    from contact_companies
    inner join companies on contact_companies.company_id = companies.company_id
    inner join contacts on contact_companies.contact_id = contacts.contact_id
    inner join members on {{ node_id('hubspot', 'contacts', ['contact_companies.contact_id']) }} = members.node_id
    qualify row_number() over (
        partition by members.customer_id
        order by
            contact_companies.is_primary desc,
            contacts.is_deleted asc,
            contacts.updated_at desc,
            contact_companies.company_id asc
    ) = 1

)

select * from customer_accounts
